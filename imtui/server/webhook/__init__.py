"""The app's own server, reached over HTTP."""
