"""The bundled backend: a pure core, a store behind it, and the edge that touches the network."""
