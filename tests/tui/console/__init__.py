"""Tests of the console's screen."""
