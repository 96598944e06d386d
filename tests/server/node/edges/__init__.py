"""Tests of a backend whose edges and core are processes of their own."""
