"""Friends, friend requests, friend groups, blocklists and profiles."""
