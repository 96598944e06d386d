"""Noticing that this process, or the whole machine, stood still for a while."""

from typing import Final

TICK: Final = 1.0
"""How often the detector wants to be told the time, in seconds."""

LATE: Final = 2.0
"""A timer that fires so many seconds late shows that the process was stopped."""

_DRIFT: Final = 5.0


class SuspensionDetector:
    """Tells from two clocks, read about every second, whether time was lost between readings.

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
