"""The reserve of disk space: below it, the backend takes nothing that lets the store grow."""

import logging
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Final

MEBIBYTE: Final = 1024 * 1024
RESERVE_MIB: Final = 256
"""The default."""

_ACCOUNTS_RESERVE: Final = 64 * MEBIBYTE
"""What accounts leave free at most; they are small, and logins begin with them."""
_MOST_FOR_ONE: Final = 64 * 1024
"""What a message takes at most, in the log and in the database, until the next look."""
_CHECK_EVERY: Final = 1.0
"""In seconds."""
_LOG_EVERY: Final = 60.0
"""The least seconds between two lines that say that the disk is almost full."""

_log: Final = logging.getLogger(__name__)


class DiskReserve:
    """Watches the free space where the store is; asked at most once a second."""

    def __init__(
        self,
        folder: Path,
        reserve: int,
        free_bytes: Callable[[Path], int] | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Start without a look at the disk.

        Args:
            folder: The data folder.
            reserve: How many bytes to leave free; 0 for none.
            free_bytes: Returns how many bytes are free in a folder; raises OSError.
            clock: Returns monotonic seconds.
        """
        self._folder = folder
        self.reserve = reserve
        """How many bytes to leave free; 0 for none."""
        self._free_bytes = free_bytes or _free_bytes
        self._clock = clock
        self._free = reserve
        self._next_check = float("-inf")
        self._is_told = False
        """Whether the last line in the log says that the disk is almost full."""
        self._refused = 0
        """How often there was no room since the last line in the log."""
        self._next_line = float("-inf")

    def has_room(self) -> bool:
        """Tell whether there is room for messages and friends."""
        return self._has(self.reserve)

    def has_room_for_accounts(self) -> bool:
        """Tell whether there is room for accounts."""
        return self._has(min(self.reserve // 4, _ACCOUNTS_RESERVE))

    def _has(self, reserve: int) -> bool:
        if not self.reserve:
            return True
        now = self._clock()
        if now >= self._next_check:
            self._next_check = now + _CHECK_EVERY
            self._look(now)
        if self._free >= reserve:
            self._free -= _MOST_FOR_ONE
            return True
        self._refused += 1
        self._log_refusal(now)
        return False

    def _log_refusal(self, now: float) -> None:
        if now < self._next_line:
            return
        self._next_line = now + _LOG_EVERY
        self._is_told = True
        _log.error(
            "The disk of %s has %d MiB left, less than the reserve of %d MiB: messages and friend"
            " requests are refused (%d so far). Free some space, or start with a smaller"
            " --disk-reserve.",
            self._folder,
            max(self._free, 0) // MEBIBYTE,
            self.reserve // MEBIBYTE,
            self._refused,
        )

    def _look(self, now: float) -> None:
        try:
            self._free = self._free_bytes(self._folder)
        except OSError as error:
            # A commit will say what is wrong with the disk.
            _log.warning("The free space of %s is unknown: %s", self._folder, error)
            self._next_check = now + _LOG_EVERY
            self._free = sys.maxsize
        if self._is_told and self._free >= self.reserve:
            self._is_told = False
            _log.warning(
                "The disk of %s has room again, after %d refusals", self._folder, self._refused
            )
            self._refused = 0


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
