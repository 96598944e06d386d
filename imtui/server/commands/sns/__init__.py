"""``sns``: friends, blocklists and friend groups."""
