"""Ties the rooms together: a running backend."""
