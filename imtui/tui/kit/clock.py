"""The clock, behind a protocol that tests can replace."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol


class Handle(Protocol):
    """A scheduled call."""

    def cancel(self) -> None:
        """Cancel the call."""


class Clock(Protocol):
    """The source of the time and of timers."""

    def now(self) -> int:
        """Return the wall clock, in Unix milliseconds."""

    def local(self, milliseconds: int) -> datetime:
        """Return Unix milliseconds in the user's time zone."""

    def monotonic(self) -> float:
        """Return seconds that only grow."""

    def call_later(self, delay: float, callback: Callable[[], None]) -> Handle:
        """Call ``callback`` in ``delay`` seconds."""


class SystemClock:
    """The system time, with timers on the running event loop."""

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
    """Format an instant as briefly as is clear: ``14:05``, ``Sat 14:05`` or ``3 Nov``.

    The result is absolute, so an idle screen does not need repainting as time passes.
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
    """Run a callback on request, at most once in ``interval`` seconds."""

    def __init__(self, clock: Clock, interval: float, callback: Callable[[], None]) -> None:
        """Create a throttle for ``callback``."""
        self._clock = clock
        self._interval = interval
        self._callback = callback
        self._last = float("-inf")
        self._scheduled: Handle | None = None

    def request(self) -> None:
        """Run the callback as soon as the interval allows; repeated requests are merged."""
        if self._scheduled is None:
            wait = self._last + self._interval - self._clock.monotonic()
            self._scheduled = self._clock.call_later(max(wait, 0.0), self._run)

    def cancel(self) -> None:
        """Cancel the pending request."""
        if self._scheduled is not None:
            self._scheduled.cancel()
            self._scheduled = None

    def _run(self) -> None:
        self._scheduled = None
        self._last = self._clock.monotonic()
        self._callback()
