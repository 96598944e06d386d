"""Rate limits for calls."""

import math

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import RATE_CALLS, RATE_WINDOW
from imtui.protocol.messages import Method


class Window:
    """A sliding window with a limit of calls."""

    def __init__(self, most: int, seconds: float) -> None:
        """Start without calls; the window allows ``most`` calls in ``seconds``."""
        self._most = most
        self._seconds = seconds
        self._calls: list[float] = []

    def wait(self, now: float) -> float:
        """Count a call at ``now``, in monotonic seconds, and return 0.

        If the window is full, do not count it, and return the seconds to wait.
        """
        # A call that is exactly as old as the window is no longer in it.
        while self._calls and self._calls[0] + self._seconds <= now:
            del self._calls[0]
        if len(self._calls) >= self._most:
            return self._calls[0] + self._seconds - now
        self._calls.append(now)
        return 0.0

    def is_empty(self, now: float) -> bool:
        """Tell whether the window has no calls."""
        return not self._calls or self._calls[-1] + self._seconds <= now


class Rates:
    """A window of 20 calls in 5 s for each account and method, shared by its devices."""

    def __init__(self) -> None:
        """Start without calls."""
        self._windows: dict[tuple[str, Method], Window] = {}

    def count(self, user_id: str, method: Method, now: float) -> None:
        """Count a call at ``now``, in monotonic seconds.

        Raises:
            IMError: 7008 with ``retryAfterMs`` if the window is full; the call is not counted.
        """
        window = self._windows.get((user_id, method))
        if window is None:
            window = self._windows[user_id, method] = Window(RATE_CALLS, RATE_WINDOW)
        if seconds := window.wait(now):
            # Rounded first, so that floating-point noise does not add a millisecond.
            wait = max(1, math.ceil(round(seconds * 1000, 3)))
            raise IMError(
                ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT,
                f"At most {RATE_CALLS} calls in {RATE_WINDOW:g} s; try again in {wait} ms.",
                {"retryAfterMs": wait},
            )

    def forget_old(self, now: float) -> None:
        """Drop empty windows, so that they do not accumulate."""
        old = [key for key, window in self._windows.items() if window.is_empty(now)]
        for key in old:
            del self._windows[key]
