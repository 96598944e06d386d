"""Whose turn it is to have requests carried out."""
