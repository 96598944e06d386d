"""Noticing that this process, or the whole machine, was suspended for a while."""

import asyncio
from collections.abc import Callable
from typing import Final

TICK: Final = 5.0
"""The seconds between two readings of the clocks, at multiples of it in monotonic time.

Timers on the same ticks share a wake-up of the process.
"""

LATE: Final = 2.0
"""A timer that fires this many seconds late shows that the process was stopped."""

_DRIFT: Final = 5.0


class SuspensionDetector:
    """Detects lost time from two clocks that are read every few seconds.

    While a lid is shut the wall clock goes on and the monotonic clock (on most systems) does not;
    while a process is stopped both go on, and the reading comes late.
    """

    def __init__(self, monotonic: float, wall: float) -> None:
        """Start from a first reading of both clocks, in seconds."""
        self._monotonic = monotonic
        self._wall = wall

    def tick(self, monotonic: float, wall: float) -> bool:
        """Take a reading of both clocks; return whether there was a suspension before it."""
        passed = monotonic - self._monotonic
        drift = abs(wall - self._wall - passed)
        self._monotonic = monotonic
        self._wall = wall
        return drift >= _DRIFT or passed >= TICK + LATE


async def watch_for_suspension(
    wall_clock: Callable[[], float], on_suspension: Callable[[], None]
) -> None:
    """Call ``on_suspension`` after each suspension, until cancelled.

    Args:
        wall_clock: Returns Unix seconds.
        on_suspension: Called once for each suspension, when it is over.
    """
    loop = asyncio.get_running_loop()
    detector = SuspensionDetector(loop.time(), wall_clock())
    while True:
        await asyncio.sleep(TICK - loop.time() % TICK)
        if detector.tick(loop.time(), wall_clock()):
            on_suspension()
