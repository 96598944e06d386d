"""Simulated users that show presence at work to a new user. Uses only the SDK."""
