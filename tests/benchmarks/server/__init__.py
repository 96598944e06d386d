"""What the server's work costs, beside other servers and beside the kernel alone."""
