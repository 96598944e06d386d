"""Several nodes that share a played database: one has the core, and the others stand by."""
