"""Tests of the turns of accounts."""
