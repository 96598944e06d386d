"""Calls of the REST API as an admin."""
