"""The settings file: its schema, and reading and writing it."""
