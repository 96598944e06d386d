"""What is done to the backend, its clients and the app while they are checked."""
