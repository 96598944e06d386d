"""The cost of the server's work, compared with other servers and the kernel alone."""
