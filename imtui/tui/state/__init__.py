"""State that is kept between runs, for each account."""
