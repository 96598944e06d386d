"""The cost of receiving changes in a client."""
