"""Tests of the REST API's commands."""
