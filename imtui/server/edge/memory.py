"""Gives memory back to the system after much of it was freed."""

import asyncio
import ctypes
from typing import Final

TRIM_FROM: Final = 4 * 1024 * 1024
"""So many freed bytes are worth it."""
TRIM_AFTER: Final = 1.0
"""How long after they were freed, in seconds; others may be freed meanwhile."""


class Trimmer:
    """Trims the heap, which malloc keeps otherwise if anything above the freed bytes is in use."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start with nothing to trim."""
        self._loop = loop
        self._freed = 0
        self._timer: asyncio.TimerHandle | None = None

    def freed(self, size: int) -> None:
        """Note that so many bytes in large pieces were freed."""
        self._freed += size
        if self._freed >= TRIM_FROM and self._timer is None:
            self._timer = self._loop.call_later(TRIM_AFTER, self._trim)

    def stop(self) -> None:
        """Trim nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _trim(self) -> None:
        self._timer = None
        self._freed = 0
        trim_heap()


def trim_heap() -> bool:
    """Give free memory back to the system; tell whether any was, False where it cannot be told."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):
        # Only glibc has it.
        return False
    return bool(trim(0))
