"""How often a call may be made."""

import math
from collections import deque

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import RATE_CALLS, RATE_WINDOW
from imtui.protocol.messages import Method


class Rates:
    """A sliding window for each account and each call: 20 calls in 5 s over all its devices."""

    def __init__(self) -> None:
        """Start with no calls."""
        self._calls: dict[tuple[str, Method], deque[float]] = {}

    def count(self, user_id: str, method: Method, now: float) -> None:
        """Count one call at ``now``, in monotonic seconds.

        Raises:
            IMError: 7008 with ``retryAfterMs``; the call is then not counted.
        """
        calls = self._calls.setdefault((user_id, method), deque())
        # A call leaves the window at exactly 5.0 s.
        while calls and calls[0] + RATE_WINDOW <= now:
            calls.popleft()
        if len(calls) >= RATE_CALLS:
            # Rounded first, so that the noise of floating point costs no millisecond.
            wait = max(1, math.ceil(round((calls[0] + RATE_WINDOW - now) * 1000, 3)))
            raise IMError(
                ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT,
                f"At most {RATE_CALLS} calls in {RATE_WINDOW:g} s; try again in {wait} ms.",
                {"retryAfterMs": wait},
            )
        calls.append(now)

    def forget_old(self, now: float) -> None:
        """Drop the windows that hold no call any more, so that memory follows use."""
        old = [key for key, calls in self._calls.items() if calls[-1] + RATE_WINDOW <= now]
        for key in old:
            del self._calls[key]
