"""Logging in and out, registering and deleting accounts."""
