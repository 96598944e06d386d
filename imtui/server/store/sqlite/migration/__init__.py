"""Makes a database of version 5 of the schema from one of version 1 to 4."""
