"""What passes between the core and the edges that hold its connections."""
