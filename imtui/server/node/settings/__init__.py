"""The settings of a node: from the command line, from its file, and while it runs."""
