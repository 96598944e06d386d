"""Pure functions from the model to spans."""
