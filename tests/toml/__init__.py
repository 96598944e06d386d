"""Tests of TOML documents."""
