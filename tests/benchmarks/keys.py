"""Typing at a steady rate, and how long each key takes to be seen.

A key moves the cursor one row down or up, and the program paints its marker in the row where the
cursor is then. A marker that is written after a jump of the terminal's cursor to another row than
the last one is therefore the echo; the same marker in the same row is that row painted again, for
another reason.
"""

import itertools
import random
import re
import time
from typing import Final

from tests.benchmarks.bare.cursor import MARKER
from tests.benchmarks.program import Program

RATE: Final = 5.0
"""Keys a second."""
LOST_AFTER: Final = 2.0
"""A key without an echo counts as one that took so many seconds."""

_DOWN, _UP = b"\x1b[B", b"\x1b[A"
_MARKER: Final = re.compile(rb"\x1b\[(\d+);\d+H(?:\x1b\[[\d;]*m)*" + MARKER.encode())
_LONGEST: Final = 100


class Cursor:
    """The row of the marker, as what is written tells."""

    def __init__(self, written: bytes) -> None:
        """Follow the marker from what was written before."""
        self._row = b""
        self._tail = b""
        self.moves(written)

    def moves(self, data: bytes) -> bool:
        """Take what is written now, and tell whether it puts the marker into another row."""
        data = self._tail + data
        # A marker may come in two pieces; one that comes twice is in the same row.
        self._tail = data[-_LONGEST:]
        rows: list[bytes] = _MARKER.findall(data)
        if not rows or rows[-1] == self._row:
            return False
        self._row = rows[-1]
        return True


def type_for(program: Program, seconds: float) -> list[float]:
    """Type for so many seconds and return how long each key took, in seconds."""
    cursor = Cursor(bytes(program.output))
    keys = itertools.cycle((_DOWN, _UP))
    # Not evenly, as keys in step with a timer of the app would always meet it the same.
    uneven = random.Random(1)
    took = []
    end = time.monotonic() + seconds
    due = time.monotonic() + 0.5 / RATE
    while due < end:
        program.read_until(due, lambda data: cursor.moves(data) and False)
        sent = time.monotonic()
        program.send(next(keys))
        seen = program.read_until(sent + LOST_AFTER, cursor.moves)
        took.append(LOST_AFTER if seen is None else seen - sent)
        due += uneven.uniform(0.5, 1.5) / RATE
    program.read_until(end)
    return took
