"""What passes between the terminal and the app: pure readers of input, and the output thread."""
