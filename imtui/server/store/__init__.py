"""Stores for everything that outlives a restart."""
