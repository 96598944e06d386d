"""The console's screen: an admin sees the state of a backend and changes its settings."""
