"""Tests of the settings of a node."""
