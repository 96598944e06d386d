"""Feeds two running apps whatever a terminal may send, and looks at what they publish."""
