"""The clauses about messages and conversations."""
