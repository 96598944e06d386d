"""Time that can be passed: an event loop whose clock jumps when it is told to."""

import asyncio
import time

from imtui.server.instant import Instant

WALL_START = 1_795_000_000_000
"""Unix ms at which virtual time begins."""


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop on real sockets whose clock may be put forward.

    Whatever was due in the time that is skipped is carried out in the next turn of the loop.
    """

    skipped = 0.0

    def time(self) -> float:
        """Return the seconds of the clock, those that were skipped counted."""
        return super().time() + self.skipped

    def moment(self) -> Instant:
        """Return the present on both clocks."""
        return Instant(self.time(), int((time.time() + self.skipped) * 1000))
