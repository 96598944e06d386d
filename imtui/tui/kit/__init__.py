"""Generic parts of a terminal app, independent of the chat client."""
