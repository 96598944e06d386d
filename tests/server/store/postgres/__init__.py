"""The store in PostgreSQL, with a real server."""
