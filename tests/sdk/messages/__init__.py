"""Tests of messages and conversations."""
