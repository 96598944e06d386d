"""How often a call may be made."""

import math

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import RATE_CALLS, RATE_WINDOW
from imtui.protocol.messages import Method


class Window:
    """A sliding window that takes so many calls in so many seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        """Start with no calls."""
        self._most = most
        self._seconds = seconds
        self._calls: list[float] = []

    def wait(self, now: float) -> float:
        """Count one call at ``now``, in monotonic seconds, and return 0.

        If there is no room for it, it is not counted, and the seconds to wait are returned.
        """
        # A call leaves the window at exactly its end.
        while self._calls and self._calls[0] + self._seconds <= now:
            del self._calls[0]
        if len(self._calls) >= self._most:
            return self._calls[0] + self._seconds - now
        self._calls.append(now)
        return 0.0

    def is_empty(self, now: float) -> bool:
        """Tell whether no call is in the window any more."""
        return not self._calls or self._calls[-1] + self._seconds <= now


class Rates:
    """A sliding window for each account and each call: 20 calls in 5 s over all its devices."""

    def __init__(self) -> None:
        """Start with no calls."""
        self._windows: dict[tuple[str, Method], Window] = {}

    def count(self, user_id: str, method: Method, now: float) -> None:
        """Count one call at ``now``, in monotonic seconds.

        Raises:
            IMError: 7008 with ``retryAfterMs``; the call is then not counted.
        """
        window = self._windows.get((user_id, method))
        if window is None:
            window = self._windows[user_id, method] = Window(RATE_CALLS, RATE_WINDOW)
        if seconds := window.wait(now):
            # Rounded first, so that the noise of floating point costs no millisecond.
            wait = max(1, math.ceil(round(seconds * 1000, 3)))
            raise IMError(
                ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT,
                f"At most {RATE_CALLS} calls in {RATE_WINDOW:g} s; try again in {wait} ms.",
                {"retryAfterMs": wait},
            )

    def forget_old(self, now: float) -> None:
        """Drop the windows that hold no call any more, so that memory follows use."""
        old = [key for key, window in self._windows.items() if window.is_empty(now)]
        for key in old:
            del self._windows[key]
