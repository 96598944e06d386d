"""Migrates a database from version 1 to 4 of the schema to version 5."""
