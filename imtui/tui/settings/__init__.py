"""The settings file: what it may say, and reading and writing it."""
