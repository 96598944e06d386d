"""TOML documents: their keys, the lines of these, and the problems in them."""
