"""What a client pays for what it is told."""
