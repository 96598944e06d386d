"""Keys that are rotated while clients are connected, and through kills."""
