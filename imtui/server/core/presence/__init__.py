"""General and custom statuses, and their watchers."""
