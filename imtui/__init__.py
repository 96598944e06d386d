"""A terminal chat client whose centre is presence."""

__version__ = "0.1.0"
