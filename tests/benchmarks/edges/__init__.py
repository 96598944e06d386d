"""Compare edges and a core in processes of their own with one process."""
