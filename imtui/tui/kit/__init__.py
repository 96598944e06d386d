"""Generic parts of a terminal app; nothing of imtui is known here."""
