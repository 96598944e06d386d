"""Servers that the same load is put on: imtui's own, and others in its place."""
