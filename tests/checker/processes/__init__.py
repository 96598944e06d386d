"""The processes that are checked, and how they are run."""
