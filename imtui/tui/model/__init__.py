"""The app's model: plain objects, without I/O."""
