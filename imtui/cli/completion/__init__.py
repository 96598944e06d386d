"""Completion of user IDs on an unfinished command line."""
