"""The services that connect the model with the SDK."""
