"""Detects sessions that have been silent for too long."""

from imtui.server.deadlines import Deadlines


class Liveness:
    """The time at which each session last sent anything, in monotonic seconds; pure."""

    def __init__(self, timeout: float) -> None:
        """Start without sessions; ``timeout`` is how long a session may be silent."""
        self._timeout = timeout
        self._last: dict[int, float] = {}
        self._deadlines: Deadlines[int] = Deadlines()

    def begin(self, session_id: int, now: float) -> None:
        """Watch a session that has just logged in."""
        self._last[session_id] = now
        self._deadlines.set(session_id, now + self._timeout)

    def end(self, session_id: int) -> None:
        """Stop watching a session."""
        if self._last.pop(session_id, None) is not None:
            self._deadlines.cancel(session_id)

    def received(self, session_id: int, now: float) -> None:
        """Note a sign of life."""
        if session_id in self._last:
            self._last[session_id] = now

    def next_due(self) -> float | None:
        """Return when to check for silent sessions next; None without sessions."""
        return self._deadlines.next_due()

    def pop_silent(self, now: float) -> list[int]:
        """Stop watching the sessions that have been silent for too long, and return them."""
        silent = []
        for session_id in self._deadlines.pop_due(now):
            # A deadline moves only when it passes, so that a sign of life is cheap.
            due = self._last[session_id] + self._timeout
            if due > now:
                self._deadlines.set(session_id, due)
            else:
                del self._last[session_id]
                silent.append(session_id)
        return silent
