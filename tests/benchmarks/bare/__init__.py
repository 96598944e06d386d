"""Textual apps with next to nothing in them, to measure imtui beside."""
