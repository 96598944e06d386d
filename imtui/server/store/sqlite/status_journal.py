"""Statuses of the last moments, in a file beside the database.

A transaction for each status would be a third of what a change costs. A line in this file outlives
the end of the process just as well; a power cut may undo it until the statuses are in the database.
"""

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from imtui.server.store.sql.statuses import KeptStatus

_KEPT_FOR: Final = 1.0
"""For how many seconds statuses are noted before they have to be in the database."""


def journal_of(path: Path) -> Path:
    """Return the path of the journal of a database."""
    return path.with_name(f"{path.name}-statuses")


_decoder: Final = msgspec.json.Decoder(KeptStatus)


class StatusJournal:
    """The statuses that were noted since the database was last written.

    Its first line is the generation of the database that they follow, so that they are not taken
    for those of another one, or of a later state of this one.
    """

    def __init__(self, path: Path) -> None:
        """Prepare the journal of the database at a path; nothing is written."""
        self._path = journal_of(path)
        self._file: int | None = None
        self._size = 0
        self._began = 0.0
        self._is_broken = False
        """Whether the file may have what was not noted, or is in the database."""

    def read(self, generation: Callable[[], int]) -> list[KeptStatus]:
        """Return the statuses that the database lacks, in order.

        Args:
            generation: Returns the generation of the database.

        Raises:
            OSError: The file cannot be read.
        """
        try:
            # What follows the last line feed was never acknowledged.
            first, *lines = self._path.read_bytes().split(b"\n")[:-1] or [b""]
        except FileNotFoundError:
            return []
        kept: list[KeptStatus] = []
        # A power cut may leave anything.
        with contextlib.suppress(msgspec.DecodeError, UnicodeError):
            if msgspec.json.decode(first) == generation():
                kept.extend(map(_decoder.decode, lines))
        return kept

    @property
    def is_empty(self) -> bool:
        """Tell whether the database has all that was noted."""
        return not self._size

    @property
    def takes_more(self) -> bool:
        """Tell whether statuses may be noted: the first of them is not old yet."""
        is_new = not self._size or time.monotonic() < self._began + _KEPT_FOR
        return is_new and not self._is_broken

    def note(self, kept: Sequence[KeptStatus], generation: Callable[[], int]) -> None:
        """Add statuses.

        Args:
            kept: The statuses.
            generation: Returns the generation of the database.

        Raises:
            OSError: The file cannot be written; nothing is added.
        """
        if not kept:
            return
        lines = list(map(msgspec.json.encode, kept))
        if self._file is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
            self._file = os.open(self._path, flags | getattr(os, "O_BINARY", 0), 0o600)
        if not self._size:
            self._began = time.monotonic()
            lines.insert(0, b"%d" % generation())
        data = b"\n".join(lines) + b"\n"
        try:
            if os.write(self._file, data) < len(data):
                raise OSError("only a part was written")
        except OSError:
            self._truncate(self._file, self._size)
            raise
        self._size += len(data)

    def clear(self) -> None:
        """Forget all, which the database has now.

        Raises:
            OSError: The file cannot be written; nothing more is noted until it can.
        """
        if self._file is not None and (self._size or self._is_broken):
            self._truncate(self._file, 0)
            self._size = 0

    def _truncate(self, file: int, size: int) -> None:
        self._is_broken = True
        os.ftruncate(file, size)
        self._is_broken = False

    def remove(self) -> None:
        """Remove the file: its statuses are in the database, or of no use."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file; the next process reads what it has."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            self._size = 0
