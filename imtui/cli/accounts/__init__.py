"""Accounts: which one a command uses, where it is saved, and how to log in."""
