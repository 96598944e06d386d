"""The write-ahead log of an open database: how it begins, and when it is emptied."""

import sqlite3
import time
from pathlib import Path
from typing import Final

from imtui.server.store.sqlite.connecting import rows, size_of_log
from imtui.server.store.sqlite.erasure.scrubbing import Scrubber, pages_in_log
from imtui.server.store.sqlite.log_pairing import BEGIN_LOG, END_LOG, new_generation

_SIZE_MAX: Final = 12 * 1024 * 1024
"""The size in bytes at which the log is written into the database."""
_AGE_MAX: Final = 3600.0
"""How long the log may keep what was erased, in seconds, while there is no rest."""


class Log:
    """Begins transactions, each log with its generation, and empties the log."""

    def __init__(self, database: sqlite3.Connection, path: Path, scrubber: Scrubber) -> None:
        """Take over a log that may have transactions of an earlier process; ``empty`` it soon.

        Args:
            database: The connection that writes the log.
            path: The database.
            scrubber: Overwrites what the log leaves in the database's unused parts.

        Raises:
            OSError: Its file cannot be read.
        """
        self._database = database
        self._path = path
        self._scrubber = scrubber
        self._is_new = not size_of_log(path)
        self._began = time.monotonic()
        self._tried_at = 0
        """The size of the log in bytes after the last attempt to empty it."""

    def begin(self) -> None:
        """Begin a transaction, unless it has begun."""
        if self._database.in_transaction:
            return
        self._database.execute("BEGIN IMMEDIATE")
        if self._is_new:
            self._database.execute(BEGIN_LOG, (new_generation(),))

    def end(self) -> None:
        """Commit the transaction."""
        self._database.execute("COMMIT")
        if self._is_new:
            self._is_new = False
            self._began = time.monotonic()

    def empty(self) -> bool:
        """Write the log into the database and empty it, and tell whether that is done.

        It is not while another process reads what came before.
        """
        self._tried_at = size_of_log(self._path)
        if not self._tried_at:
            return True
        self._database.execute(END_LOG)
        _, pages, written = rows(self._database, "PRAGMA wal_checkpoint(PASSIVE)")[0]
        is_empty = False
        if pages == written:
            # Before the log is gone: if the process is killed meanwhile, the next start does it.
            self._scrubber.scrub(pages_in_log(self._path))
            is_busy, _, _ = rows(self._database, "PRAGMA wal_checkpoint(TRUNCATE)")[0]
            self._is_new = is_empty = not is_busy
        self._began = time.monotonic()
        self._tried_at = size_of_log(self._path)
        return is_empty

    def empty_if_due(self) -> None:
        """Empty the log if it is large or old."""
        is_old = not self._is_new and time.monotonic() > self._began + _AGE_MAX
        if is_old or size_of_log(self._path) > self._tried_at + _SIZE_MAX:
            try:
                self.empty()
            except (sqlite3.Error, OSError):
                # The commit succeeded; ``rest`` will report the error.
                self._tried_at = size_of_log(self._path)
                self._began = time.monotonic()
