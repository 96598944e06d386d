"""The commands of ``imtui``, one module each."""
