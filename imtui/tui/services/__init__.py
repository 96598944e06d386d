"""Drive the model from the SDK."""
