"""A running backend, assembled from the core, its store and an edge."""
