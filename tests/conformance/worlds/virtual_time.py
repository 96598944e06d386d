"""Virtual time: an event loop whose clock jumps on request."""

import asyncio
import time

from imtui.server.instant import Instant

WALL_START = 1_795_000_000_000
"""Unix ms at which virtual time begins."""


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop on real sockets whose clock can be advanced.

    Timers due in the skipped time run in the next turn of the loop.
    """

    skipped = 0.0
    wall_shift = 0.0
    """By how many seconds the wall clock was set."""

    def time(self) -> float:
        """Return the clock's seconds, including skipped ones."""
        return super().time() + self.skipped

    def moment(self) -> Instant:
        """Return the current time on both clocks."""
        return Instant(self.time(), int((time.time() + self.skipped + self.wall_shift) * 1000))
