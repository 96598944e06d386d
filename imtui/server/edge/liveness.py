"""Detects sessions that have been silent for too long."""

from imtui.server.deadlines import Deadlines


class Liveness:
    """The time at which each session last sent anything, in monotonic seconds; pure."""

    def __init__(self, timeout: float) -> None:
        """Start without sessions; ``timeout`` is how long a session may be silent."""
        self._timeout = timeout
        self._longer: dict[int, float] = {}
        """The time-outs of sessions from when it was longer: their clients are told at a login."""
        self._last: dict[int, float] = {}
        self._deadlines: Deadlines[int] = Deadlines()

    def begin(self, session_id: int, now: float) -> None:
        """Watch a session that has just logged in."""
        self._last[session_id] = now
        self._longer.pop(session_id, None)
        self._deadlines.set(session_id, now + self._timeout)

    def set_timeout(self, timeout: float) -> None:
        """Set how long a session may be silent; those that are watched keep a longer time."""
        if timeout < self._timeout:
            self._longer = dict.fromkeys(self._last, self._timeout) | self._longer
        else:
            self._longer = {one: most for one, most in self._longer.items() if most > timeout}
        self._timeout = timeout

    def end(self, session_id: int) -> None:
        """Stop watching a session."""
        self._longer.pop(session_id, None)
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
            due = self._last[session_id] + self._longer.get(session_id, self._timeout)
            if due > now:
                self._deadlines.set(session_id, due)
            else:
                del self._last[session_id]
                self._longer.pop(session_id, None)
                silent.append(session_id)
        return silent
