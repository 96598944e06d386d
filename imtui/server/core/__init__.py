"""All that the backend knows and decides; no network, clock or database."""
