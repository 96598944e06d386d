"""When the embedded backend ends by itself."""

from typing import Final

_POLLS_PER_GRACE: Final = 20


class IdleTimer:
    """Says when nobody has been here for long enough; knows no clock."""

    def __init__(self, start_grace: float, idle_grace: float) -> None:
        """Set the seconds after the start, and after the last one left, that nobody may be here."""
        self._start_grace = start_grace
        self._idle_grace = idle_grace
        self._ends_at: float | None = None
        self._touched: int | None = None

    @property
    def poll_interval(self) -> float:
        """Return the seconds between looks: short beside the grace."""
        return self._idle_grace / _POLLS_PER_GRACE

    def has_expired(self, now: float, *, in_use: bool, touched: int) -> bool:
        """Tell whether it is time to end.

        Args:
            now: Seconds of a monotonic clock.
            anybody: Whether somebody is here.
            touched: When somebody last announced that they would join, in any unit; only that it
                differs from the time before counts.
        """
        if self._ends_at is None:
            self._ends_at = now + self._start_grace
        elif in_use or touched != self._touched:
            self._ends_at = now + self._idle_grace
        self._touched = touched
        return now >= self._ends_at
