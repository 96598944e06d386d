"""The clock, behind a protocol that tests can replace."""

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

_HALF_YEAR_MS: Final = 182 * 24 * 60 * 60 * 1000


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

    def follow_time_zone(self) -> None:
        """Adopt a change of the machine's time zone; called every few seconds."""

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
            return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone()
        except (ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(0, UTC).astimezone()

    def follow_time_zone(self) -> None:
        """Adopt a change of the machine's time zone."""
        if sys.platform != "win32":
            time.tzset()

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic()

    def call_later(self, delay: float, callback: Callable[[], None]) -> Handle:
        """Call ``callback`` in ``delay`` seconds."""
        return asyncio.get_running_loop().call_later(delay, callback)


def time_of_day(clock: Clock, milliseconds: int) -> str:
    """Format an instant as briefly as is clear: ``14:05``, ``Sat 14:05`` or ``3 Nov``.

    The result changes only with the day and the time zone, which ``DateWatch`` notices, so an idle
    screen does not need repainting as time passes.
    """
    then, now = clock.local(milliseconds), clock.local(clock.now())
    if then.date() == now.date():
        return f"{then:%H:%M}"
    if abs(then.date() - now.date()) < timedelta(days=7):
        return f"{then:%a %H:%M}"
    return f"{then.day} {then:%b}" if then.year == now.year else f"{then.day} {then:%b %Y}"


class DateWatch:
    """Notice when times must be formatted anew: on another day, or in another time zone.

    The day also changes after a jump of the clock.
    """

    def __init__(self, clock: Clock) -> None:
        """Start with the current day and time zone."""
        self._clock = clock
        self._last = self._read()

    def has_changed(self) -> bool:
        """Tell whether the day or the time zone changed since the last call."""
        before, self._last = self._last, self._read()
        return self._last != before

    def _read(self) -> tuple[object, ...]:
        self._clock.follow_time_zone()
        now = self._clock.now()
        here = self._clock.local(now)
        # Zones with the same offset now may differ in the other half of the year.
        other_half = self._clock.local(now - _HALF_YEAR_MS)
        return here.date(), here.tzname(), here.utcoffset(), other_half.utcoffset()


def until_tick(clock: Clock, interval: float) -> float:
    """Return the seconds until the monotonic time is a multiple of ``interval``.

    Timers on the same ticks share a wake-up of the process.
    """
    return interval - clock.monotonic() % interval


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
