"""What is remembered between runs, for each account."""
