"""This machine's own backend: it is started when needed and ends by itself."""
