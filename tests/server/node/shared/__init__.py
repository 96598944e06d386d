"""Nodes that share a database."""
