"""How wide the terminal draws the glyphs of the app, by asking where its cursor is."""

import os
import re
import select
import sys
import time
from collections.abc import Sequence
from typing import Final

from imtui.cli.doctor.check import Check, note, ok, wrong

_ANSWER_TIMEOUT: Final = 1.0
_CURSOR: Final = re.compile(rb"\x1b\[\d+;(\d+)R")
_ASK: Final = "\x1b[6n"
_CLEAR: Final = "\r\x1b[K"
_WIDE: Final = "中"
_SHOWN: Final = 6


def check_glyphs(*, is_terminal: bool) -> Check:
    """Return whether the terminal draws the glyphs as wide as the app expects.

    Args:
        is_terminal: Whether input and output are a terminal, which can be asked.
    """
    from imtui.tui.kit.cells import cell_len
    from imtui.tui.kit.terminal import terminal_shows
    from imtui.tui.render.glyphs import UNICODE

    name = "glyphs"
    if not terminal_shows(UNICODE.characters):
        return note(
            name,
            "the locale has ASCII only, so the app draws with ASCII",
            "Set LANG to a UTF-8 locale, such as C.UTF-8.",
        )
    if not is_terminal:
        return note(name, "not measured: this is no terminal")
    characters = dict.fromkeys(UNICODE.characters + _WIDE)
    glyphs = [char for char in characters if not char.isascii()]
    widths = measure(glyphs, sys.stdin.fileno(), sys.stdout.fileno())
    if len(widths) < len(glyphs):
        return note(name, "not measured: the terminal does not say where its cursor is")
    other = [glyph for glyph, width in zip(glyphs, widths, strict=True) if width != cell_len(glyph)]
    if other:
        some = " ".join(other[:_SHOWN]) + (" …" if len(other) > _SHOWN else "")
        return wrong(
            name,
            f"the terminal draws these in another width: {some}",
            "Draw ambiguous characters narrow, or use imtui --ascii.",
        )
    return ok(name, f"right width: {UNICODE.legend}")


def measure(texts: Sequence[str], keyboard: int, screen: int) -> list[int]:
    """Return how many cells a terminal takes for each text; fewer if it does not answer in time.

    The line with the cursor is empty afterwards.

    Args:
        texts: The texts, each shorter than a line.
        keyboard: The descriptor to read from.
        screen: The descriptor to write to.
    """
    if sys.platform == "win32":
        return []
    import termios
    import tty

    if os.tcgetpgrp(keyboard) != os.getpgrp():
        # A process in the background may not change the terminal.
        return []
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard, termios.TCSANOW)
        asked = "".join(f"\r{text}{_ASK}" for text in texts)
        os.write(screen, (asked + _CLEAR).encode())
        return [column - 1 for column in _columns(keyboard, len(texts))]
    finally:
        # What was answered too late must not become input of the shell.
        termios.tcsetattr(keyboard, termios.TCSAFLUSH, before)


def _columns(keyboard: int, count: int) -> list[int]:
    """Return the columns that the terminal answers."""
    answers = b""
    found: list[bytes] = []
    deadline = time.monotonic() + _ANSWER_TIMEOUT
    while len(found) < count:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([keyboard], [], [], left)[0]:
            break
        answers += os.read(keyboard, 4096)
        found = _CURSOR.findall(answers)
    return [int(column) for column in found[:count]]
