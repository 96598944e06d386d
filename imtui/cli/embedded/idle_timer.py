"""The rule by which the embedded backend ends when nobody uses it."""

from typing import Final

_POLLS_PER_GRACE: Final = 20


class IdleTimer:
    """Decides when the backend has been idle for long enough; the caller passes the time."""

    def __init__(self, start_grace: float, idle_grace: float) -> None:
        """Set the seconds to wait for a first user, and for another after the last one left."""
        self._start_grace = start_grace
        self._idle_grace = idle_grace
        self._ends_at: float | None = None
        self._touched: int | None = None

    @property
    def poll_interval(self) -> float:
        """Return the seconds between polls, a small part of the grace."""
        return self._idle_grace / _POLLS_PER_GRACE

    def has_expired(self, now: float, *, in_use: bool, touched: int) -> bool:
        """Return whether it is time to end.

        Args:
            now: The present, in seconds of a monotonic clock.
            in_use: Whether a user is connected.
            touched: When the lock file was last touched, in any unit; a changed value means
                that a process is about to join.
        """
        if self._ends_at is None:
            self._ends_at = now + self._start_grace
        elif in_use or touched != self._touched:
            self._ends_at = now + self._idle_grace
        self._touched = touched
        return now >= self._ends_at
