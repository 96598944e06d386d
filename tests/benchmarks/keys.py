"""Type keys at a steady rate, and measure the time until the echo of each key.

A key moves the cursor one row down or up, and the program paints its marker in the new row. A
marker in another row than the last one is therefore the echo of the key. A marker in the same row
only means that the row was painted again for another reason.
"""

import itertools
import random
import re
import time
from typing import Final

from tests.benchmarks.bare.cursor import MARKER
from tests.benchmarks.program import Program

RATE: Final = 5.0
"""Keys per second."""
LOST_AFTER: Final = 2.0
"""The time that counts for a key without an echo, in seconds."""

_DOWN, _UP = b"\x1b[B", b"\x1b[A"
_MARKER: Final = re.compile(rb"\x1b\[(\d+);\d+H(?:\x1b\[[\d;]*m)*" + MARKER.encode())
_LONGEST: Final = 100


class Cursor:
    """The row of the marker, found in the output of the program."""

    def __init__(self, written: bytes) -> None:
        """Find the marker in the output so far."""
        self._row = b""
        self._tail = b""
        self.moves(written)

    def moves(self, data: bytes) -> bool:
        """Process new output, and tell whether it moves the marker to another row."""
        data = self._tail + data
        # A marker may be split over two reads. A marker that is found twice because of the tail
        # does no harm, as it is in the same row.
        self._tail = data[-_LONGEST:]
        rows: list[bytes] = _MARKER.findall(data)
        if not rows or rows[-1] == self._row:
            return False
        self._row = rows[-1]
        return True


def type_for(program: Program, seconds: float) -> list[float]:
    """Type for some seconds, and return the time until the echo of each key, in seconds."""
    cursor = Cursor(bytes(program.output))
    keys = itertools.cycle((_DOWN, _UP))
    # The intervals vary, because keys in step with a timer of the app would always meet it in
    # the same phase.
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
