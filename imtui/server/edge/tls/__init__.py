"""TLS for the connections of clients."""
