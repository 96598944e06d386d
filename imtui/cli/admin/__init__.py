"""The REST API for the admin commands: its options, calls, answers and CSV input."""
