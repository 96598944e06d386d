"""The processes and connections that attack, and what they send."""
