"""Tests of the connection and its sessions."""
