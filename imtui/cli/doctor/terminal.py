"""The Python, the terminal and its colours."""

import io
import os
import platform
import sys
from collections.abc import Mapping
from typing import Final

from imtui import __version__
from imtui.cli.doctor.check import Check, note, ok, wrong

COLUMNS_MIN: Final = 80
ROWS_MIN: Final = 24
"""In a smaller terminal the app shows less."""

_VALUE_MAX: Final = 32
_COLOURS: Final = {"truecolor": "16 million colours", "256": "256 colours"}


def check_python() -> Check:
    """Return which Python runs which imtui."""
    system = f"{platform.system()} {platform.release()}"
    return ok("python", f"Python {platform.python_version()}, imtui {__version__}, {_cut(system)}")


def check_terminal(environ: Mapping[str, str], size: tuple[int, int] | None) -> Check:
    """Return which terminal this is, and whether the app can draw there.

    Args:
        environ: The environment.
        size: The columns and rows; None if this is no terminal.
    """
    name = "terminal"
    if size is None:
        return note(name, "not one: the app needs a terminal", "In scripts, use imtui status.")
    term = environ.get("TERM", "")
    if term in ("", "dumb"):
        return wrong(
            name,
            f"TERM is {term or 'not set'}: the app cannot draw there",
            "Set TERM to your terminal, or use imtui watch --plain.",
        )
    columns, rows = size
    program = f"{environ.get('TERM_PROGRAM', '')} {environ.get('TERM_PROGRAM_VERSION', '')}".strip()
    inside = [
        *(["tmux"] if environ.get("TMUX") and not program.startswith("tmux") else []),
        *(["SSH"] if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY") else []),
    ]
    facts = [_cut(term), _cut(program), f"{columns}x{rows}", *(f"in {one}" for one in inside)]
    text = ", ".join(fact for fact in facts if fact)
    if columns < COLUMNS_MIN or rows < ROWS_MIN:
        return note(name, text, f"Make it {COLUMNS_MIN}x{ROWS_MIN} or larger to see everything.")
    return ok(name, text)


def check_colours(environ: Mapping[str, str], *, is_terminal: bool) -> Check:
    """Return how many colours the app draws with.

    Args:
        environ: The environment.
        is_terminal: Whether input and output are a terminal.
    """
    from rich.console import Console

    name = "colours"
    if environ.get("NO_COLOR"):
        return ok(name, "only the terminal's own, because NO_COLOR is set")
    if not is_terminal:
        return note(name, "not known: this is no terminal")
    console = Console(file=io.StringIO(), force_terminal=True, _environ=environ)
    colours = console.color_system or ""
    if colours in _COLOURS:
        return ok(name, _COLOURS[colours])
    return note(
        name,
        "16 colours" if colours else "none",
        "If it has more: set TERM=xterm-256color, COLORTERM=truecolor.",
    )


def terminal_size() -> tuple[int, int] | None:
    """Return the columns and rows of the terminal; None if input or output is no terminal."""
    streams = (sys.__stdin__, sys.__stdout__)
    if not all(stream is not None and stream.isatty() for stream in streams):
        return None
    assert sys.__stdout__ is not None
    size = os.get_terminal_size(sys.__stdout__.fileno())
    return size.columns, size.lines


def _cut(text: str) -> str:
    return text[:_VALUE_MAX]
