"""The backend's state and rules, without network, clock or database."""
