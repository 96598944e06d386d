"""Log lines about UserSigs whose time lies ahead."""

import logging
from typing import Final

_log: Final = logging.getLogger(__name__)

_PAUSE: Final = 60.0
"""The seconds between two lines, as a client may try again at once."""


class ClockFaults:
    """Logs that one of two clocks is wrong, at most once a minute."""

    def __init__(self) -> None:
        """Start without a line."""
        self._next = float("-inf")
        self._unlogged = 0

    def user_sig_ahead(self, user_id: str, ahead: float, now: float) -> None:
        """Log that a valid UserSig is ahead.

        Args:
            user_id: Its user.
            ahead: How far it is ahead, in seconds.
            now: The present, in monotonic seconds.
        """
        if now < self._next:
            self._unlogged += 1
            return
        more = f" ({self._unlogged} more since the last line)" if self._unlogged else ""
        _log.warning(
            "The UserSig of %.40r was made by a clock that is %d s ahead of this one%s. "
            "Set the clock that is wrong.",
            user_id,
            ahead,
            more,
        )
        self._next, self._unlogged = now + _PAUSE, 0
