"""Friends with a life of their own, so that a new user sees presence at work. On the SDK only."""
