"""The standard streams, made fit for every command."""

import io
import os
import sys


def prepare_streams() -> None:
    """Take closed streams for empty ones, and print what the terminal's encoding lacks as ``?``."""
    # Opened in this order, each takes its own descriptor, so that no file or socket gets it.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(descriptor, True)
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
