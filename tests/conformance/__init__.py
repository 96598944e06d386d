"""Tests of the reference page and the project's decisions, clause by clause."""
