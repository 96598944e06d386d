"""The REST API of the field, for admins: its commands."""
