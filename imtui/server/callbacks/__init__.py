"""Callbacks after events, sent to the app's own server."""
