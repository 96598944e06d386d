"""What the app knows: plain objects."""
