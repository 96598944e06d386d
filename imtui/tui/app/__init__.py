"""The app itself, which ties the other rooms together."""
