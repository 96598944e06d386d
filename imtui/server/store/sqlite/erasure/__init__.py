"""Erasing what nobody can see any more, and all traces of it."""
