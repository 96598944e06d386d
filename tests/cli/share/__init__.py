"""Makes the files that an installation puts into ``share/``, from the parser of the commands."""
