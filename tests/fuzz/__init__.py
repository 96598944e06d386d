"""Feeds running apps whatever a terminal may send, and a backend whatever others may send it."""
