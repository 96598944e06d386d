"""The admins of the app and their roles."""
