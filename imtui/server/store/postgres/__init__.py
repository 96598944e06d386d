"""The store in PostgreSQL, which backends on several machines share."""
