"""Conversations: what is known of them, and how their messages look."""
