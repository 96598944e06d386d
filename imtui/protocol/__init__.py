"""What both sides agree on; README.md beside this file is the whole of it in words."""
