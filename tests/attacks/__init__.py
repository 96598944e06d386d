"""Attacks on a backend, and how its well-behaved clients fare meanwhile."""
