"""The account that a command is about, and how to log in with it."""
