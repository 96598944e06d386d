"""Webhooks: the app's own server is told of what happens, and asked before some of it does."""
