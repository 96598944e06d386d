"""General and custom statuses, and who watches whom."""
