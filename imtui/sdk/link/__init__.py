"""The connection to a backend, and the session that keeps it up."""
