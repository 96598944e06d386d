"""Callbacks before events, which ask the app's own server."""
