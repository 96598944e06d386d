"""Measurements beside a bare partner in the same run: ``python -m tests.benchmarks``."""
