"""Time, so that tests can hold it."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol


class Handle(Protocol):
    """Something that is due later."""

    def cancel(self) -> None:
        """Forget it."""


class Clock(Protocol):
    """Where the app gets the time from, and what wakes it."""

    def now(self) -> int:
        """Return the wall clock, in Unix milliseconds."""

    def local(self, milliseconds: int) -> datetime:
        """Return Unix milliseconds as the time of day where the person is."""

    def monotonic(self) -> float:
        """Return seconds that only grow."""

    def call_later(self, delay: float, callback: Callable[[], None]) -> Handle:
        """Call ``callback`` in ``delay`` seconds."""


class SystemClock:
    """The real time, on the running event loop."""

    def now(self) -> int:
        """Return the wall clock, in Unix milliseconds."""
        return time.time_ns() // 1_000_000

    def local(self, milliseconds: int) -> datetime:
        """Return Unix milliseconds in the machine's time zone."""
        try:
            return datetime.fromtimestamp(milliseconds / 1000).astimezone()
        except (ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(0).astimezone()

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic()

    def call_later(self, delay: float, callback: Callable[[], None]) -> Handle:
        """Call ``callback`` in ``delay`` seconds."""
        return asyncio.get_running_loop().call_later(delay, callback)


def time_of_day(clock: Clock, milliseconds: int) -> str:
    """Write a moment as briefly as is clear today: ``14:05``, ``Sat 14:05`` or ``3 Nov``.

    The words do not age by themselves, so that a screen at rest need not change.
    """
    then, now = clock.local(milliseconds), clock.local(clock.now())
    if then.date() == now.date():
        return f"{then:%H:%M}"
    if timedelta(0) < now - then < timedelta(days=6) or (
        timedelta(0) <= then - now < timedelta(days=6)
    ):
        return f"{then:%a %H:%M}"
    return f"{then.day} {then:%b}" if then.year == now.year else f"{then.day} {then:%b %Y}"


class Throttle:
    """Lets something happen at once, but not again before ``interval`` seconds have passed."""

    def __init__(self, clock: Clock, interval: float, callback: Callable[[], None]) -> None:
        """Make one; ``callback`` is what happens."""
        self._clock = clock
        self._interval = interval
        self._callback = callback
        self._last = float("-inf")
        self._scheduled: Handle | None = None

    def request(self) -> None:
        """Let it happen as soon as it may; asking again meanwhile adds nothing."""
        if self._scheduled is None:
            wait = self._last + self._interval - self._clock.monotonic()
            self._scheduled = self._clock.call_later(max(wait, 0.0), self._run)

    def cancel(self) -> None:
        """Forget what was asked."""
        if self._scheduled is not None:
            self._scheduled.cancel()
            self._scheduled = None

    def _run(self) -> None:
        self._scheduled = None
        self._last = self._clock.monotonic()
        self._callback()
