"""Feeds a backend whatever a client or an admin may send, and looks at what it answers."""
