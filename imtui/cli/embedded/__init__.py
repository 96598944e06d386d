"""This machine's own backend: commands start it when needed, and it ends by itself."""
