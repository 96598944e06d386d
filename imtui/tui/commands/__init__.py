"""The catalogue of commands as plain data, their keys, and slash commands."""
