"""Warnings about a receiver, logged without flooding the log."""

import asyncio
import logging
from collections import Counter
from typing import Final

_log: Final = logging.getLogger(__name__)

_PAUSE: Final = 10.0
"""The seconds between two lines."""


class ThrottledWarnings:
    """Logs the first warning at once, and later ones together in one line every 10 s."""

    def __init__(self) -> None:
        """Start without warnings."""
        self._pending: Counter[str] = Counter()
        self._next: asyncio.TimerHandle | None = None

    def warn(self, problem: str) -> None:
        """Log a problem, now or with the next line; the text has no address and no secret."""
        self._pending[problem] += 1
        if self._next is None:
            self._log_and_pause()

    def close(self) -> None:
        """Log the warnings that are left, and stop."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
        self._log_pending()

    def _log_and_pause(self) -> None:
        self._next = None
        if self._pending:
            self._log_pending()
            self._next = asyncio.get_running_loop().call_later(_PAUSE, self._log_and_pause)

    def _log_pending(self) -> None:
        if self._pending:
            counts = ", ".join(f"{count} x {problem}" for problem, count in self._pending.items())
            _log.warning("Webhooks: %s", counts)
            self._pending.clear()
