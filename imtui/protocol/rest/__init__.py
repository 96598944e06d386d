"""The formats of the field's REST API and callbacks."""
