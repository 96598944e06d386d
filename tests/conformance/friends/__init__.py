"""The clauses about friends, block lists and profiles."""
