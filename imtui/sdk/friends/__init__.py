"""Friends, friend requests, blocklists and profiles."""
