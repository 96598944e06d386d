"""A database that several nodes share."""
