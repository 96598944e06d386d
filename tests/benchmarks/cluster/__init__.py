"""Compare nodes that share a PostgreSQL with one process and its data folder."""
