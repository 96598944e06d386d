"""The worlds in which clauses are tried: the core in virtual time, and a backend with sockets."""
