"""All undocumented parts of Textual and Rich that imtui uses.

The tests of this folder list what it relies on, so they fail if an update breaks it.
"""
