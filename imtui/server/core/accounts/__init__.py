"""Accounts, their devices and sessions."""
