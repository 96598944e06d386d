"""The actions that commands run."""
