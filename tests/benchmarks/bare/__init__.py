"""Minimal programs to compare imtui with."""
