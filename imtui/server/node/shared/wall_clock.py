"""The wall clock of the core on an edge, so that clocks of machines may be apart."""

from collections.abc import Callable

from imtui.server.instant import Instant


class WallClock:
    """Goes on from what the core's clock showed, by this machine's monotonic clock."""

    def __init__(self, clock: Callable[[], Instant]) -> None:
        """Show what this machine's own ``clock`` does until it is set."""
        self._clock = clock
        self._ahead: int | None = None
        """By how many milliseconds it is ahead of the monotonic clock."""

    def set(self, unix_ms: int) -> None:
        """Take what the core's clock shows now, in Unix milliseconds; 0 changes nothing."""
        if unix_ms:
            self._ahead = unix_ms - self._monotonic_ms(self._clock())

    def now(self) -> Instant:
        """Return the time."""
        now = self._clock()
        if self._ahead is None:
            return now
        return Instant(now.monotonic, self._monotonic_ms(now) + self._ahead)

    @staticmethod
    def _monotonic_ms(now: Instant) -> int:
        return round(now.monotonic * 1000)
