"""A backend in several processes on one machine: edges that hold the connections, and a core."""
