"""Commands that run a backend, or manage one as an admin; a module for each."""
