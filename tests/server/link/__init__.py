"""Tests of the link between the core and edges in other processes."""
