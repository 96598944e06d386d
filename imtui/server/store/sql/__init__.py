"""The tables in SQL that all engines understand: statements for each change, and loading."""
