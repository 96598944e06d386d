"""The attacks, each with its relatives in one module."""
