"""What goes wrong with a receiver, said in the log without flooding it."""

import asyncio
import logging
from collections import Counter
from typing import Final

_log: Final = logging.getLogger(__name__)

_PAUSE: Final = 10.0
"""Between two lines, in seconds."""


class Troubles:
    """Says the first trouble at once, and what follows in one line every 10 s."""

    def __init__(self) -> None:
        """Start with none."""
        self._noted: Counter[str] = Counter()
        self._next: asyncio.TimerHandle | None = None

    def note(self, trouble: str) -> None:
        """Note what went wrong; the text holds no address and no secret."""
        self._noted[trouble] += 1
        if self._next is None:
            self._say()

    def close(self) -> None:
        """Say what is left, and nothing more later."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
        self._log_noted()

    def _say(self) -> None:
        self._next = None
        if self._noted:
            self._log_noted()
            self._next = asyncio.get_running_loop().call_later(_PAUSE, self._say)

    def _log_noted(self) -> None:
        if self._noted:
            counts = ", ".join(f"{count} x {what}" for what, count in self._noted.items())
            _log.warning("Webhooks: %s", counts)
            self._noted.clear()
