"""Compare this tree with another commit, and a backend with much data with one with little."""
