"""The store in an SQLite database with a write-ahead log."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from imtui.protocol.app_key import DEFAULT_SDK_APP_ID, AppKey, new_secret
from imtui.server.core.archive import Archive
from imtui.server.core.change import Change
from imtui.server.core.messages.changes import ConversationCleared, MessageSent
from imtui.server.core.stored import StoredApp
from imtui.server.store.sql import callbacks, erasing, keys, messages, statuses
from imtui.server.store.sql.cleared import ClearedRows
from imtui.server.store.sql.loading import STATEMENTS, load_app
from imtui.server.store.sql.statement import Batch
from imtui.server.store.sqlite.archive import SEARCHED_MAX, IsEnough, SQLiteArchive, Values
from imtui.server.store.sqlite.connecting import connect, rows, rows_until
from imtui.server.store.sqlite.erasure.scrubbing import Scrubber
from imtui.server.store.sqlite.failures import cannot
from imtui.server.store.sqlite.log import Log
from imtui.server.store.sqlite.log_pairing import check_log
from imtui.server.store.sqlite.migration.copy import forget_copy
from imtui.server.store.sqlite.migration.migrate import (
    migrate,
    needs_migration,
    remove_unfinished,
)
from imtui.server.store.sqlite.preparing import missing_in, prepare
from imtui.server.store.store import StoreError
from imtui.server.webhook.request import OutgoingCallback

_ERASING: Final = 0.001
"""How long a commit erases messages, in seconds, if it was told to."""


class SQLiteStore:
    """Stores each batch of changes as one transaction.

    The transaction begins with the commit, or earlier if a read has to see the batch.
    """

    def __init__(
        self,
        path: Path,
        progress: Callable[[str], None] | None = None,
        searched_max: int = SEARCHED_MAX,
        *,
        keeps_statuses: bool = False,
    ) -> None:
        """Open the database; create it if there is none, and migrate an earlier version.

        Args:
            path: The path of the database.
            progress: Called with a line now and then during a migration.
            searched_max: How many messages a search in the archive steps through at most.
            keeps_statuses: Whether statuses outlive a restart.

        Raises:
            StoreError: The database is damaged, of a newer version, or cannot be opened.
        """
        self._path = path
        self._searched_max = searched_max
        self._batch = Batch()
        self._keeps_statuses = keeps_statuses
        self._row_updates = messages.RowUpdates()
        """Executed after the statements of the batch."""
        self._callback_updates = callbacks.CallbackUpdates()
        """Executed with ``_row_updates``."""
        self._sent: set[tuple[int, str]] = set()
        """The senders and IDs of the messages in the batch."""
        self._cleared = ClearedRows()
        self.on_erased: Callable[[list[tuple[int, int]]], None] = lambda erased: None
        """Called with the conversation and seq of each erased message, before the commit."""
        self._eraser = erasing.Eraser(lambda erased: self.on_erased(erased))
        self._is_erasing = False
        """Whether the next commit erases messages."""
        self._has_started = False
        self._failure: StoreError | None = None
        """Why the batch could not be executed; only a commit retries it."""
        try:
            check_log(path)
            remove_unfinished(path)
            self._database = connect(path)
        except (OSError, sqlite3.Error) as error:
            raise cannot(path, "opened", error) from error
        self._scrubber: Scrubber | None = None
        try:
            self._migrate(progress or (lambda line: None))
            self._prepare()
        except BaseException:
            self._close()
            raise

    def load(self) -> StoredApp:
        """Count this start, durably, and return everything that was stored.

        Raises:
            StoreError: The database cannot be read or written.
        """
        try:
            self._log.begin()
            self._database.execute("UPDATE app SET start = start + 1")
            if not self._keeps_statuses:
                self._database.execute(statuses.FORGET)
            self._log.end()
            self._cleared.load(self._rows)
            return load_app(self._rows)
        except (sqlite3.Error, ValueError, IndexError) as error:
            raise cannot(self._path, "read", error) from error

    def app_key(self, given: AppKey | None) -> AppKey:
        """Return the app's newest key; if there is none yet, store the given one, or a new one.

        Raises:
            StoreError: The database cannot be read or written.
        """
        try:
            known = keys.load_key_ring(self._rows)
            if known.keys:
                return known.newest
            key = given or AppKey(DEFAULT_SDK_APP_ID, new_secret())
            self._log.begin()
            self._database.execute(*keys.first_key(key))
            self._log.end()
            return key
        except sqlite3.Error as error:
            raise self._undo(error) from error

    def write(self, changes: Iterable[Change]) -> None:
        """Add the changes that outlive a restart to the batch; ``commit`` makes them durable."""
        for change in changes:
            statements = STATEMENTS.get(type(change))
            if statements is not None:
                self._batch.add(statements(change))
            if self._keeps_statuses and type(change) in statuses.STATEMENTS:
                self._batch.add(statuses.STATEMENTS[type(change)](change), is_lazy=True)
            if type(change) in messages.ROW_UPDATES:
                self._row_updates.add(change)
                if isinstance(change, MessageSent) and change.stored is not None:
                    self._sent.add((change.stored.sender, change.stored.msg_id))
            elif type(change) in erasing.CAUSES:
                self._eraser.has_more = True
                if isinstance(change, ConversationCleared):
                    self._cleared.add(change)

    def callbacks(self) -> list[OutgoingCallback]:
        """Return the callbacks that wait to be sent, the oldest first.

        Raises:
            StoreError: The database cannot be read.
        """
        try:
            return callbacks.load(self._rows)
        except (sqlite3.Error, ValueError) as error:
            raise cannot(self._path, "read", error) from error

    def queue_callbacks(self, callbacks: Iterable[OutgoingCallback]) -> None:
        """Add callbacks to the batch; ``commit`` makes them durable."""
        self._callback_updates.queue(callbacks)

    def forget_callbacks(self, numbers: Iterable[int]) -> None:
        """Add the removal of callbacks, by their numbers, to the batch."""
        self._callback_updates.forget(numbers)

    def commit(self) -> None:
        """Make the batch durable atomically.

        Raises:
            StoreError: The commit failed; the next one retries the batch.
        """
        if not self._has_batch and not self._cleared and not self._is_erasing:
            return
        self._failure = None
        try:
            is_lazy = self._batch.is_lazy and not (self._row_updates or self._callback_updates)
            self._log.begin(is_lazy=is_lazy)
            self._execute_batch()
            self._execute_all(self._row_updates.statements())
            self._cleared.remove_some(self._database)
            if self._is_erasing:
                self._eraser.erase_some(self._database, _ERASING)
            self._execute_all(self._callback_updates.statements())
            self._log.end()
        except sqlite3.Error as error:
            raise self._undo(error) from error
        self._cleared.committed()
        self._batch.clear()
        self._row_updates.clear()
        self._callback_updates.clear()
        self._sent.clear()
        self._is_erasing = False
        self._log.empty_if_due()

    @property
    def has_more_to_erase(self) -> bool:
        """Tell whether there may be messages to erase that nobody can see any more."""
        return self._eraser.has_more

    def erase_some(self) -> None:
        """Erase a part of the messages that nobody can see any more, with the next commit.

        It takes a few milliseconds; without a batch the commit is made at once.

        Raises:
            StoreError: It failed; what is left is found again.
        """
        self._is_erasing = True
        if not self._has_batch:
            try:
                self.commit()
            finally:
                self._is_erasing = False

    def rest(self) -> bool:
        """Write the log into the database and empty it, so that a copy of the file is complete.

        Returns:
            Whether that is done; it is not while another process reads what came before.

        Raises:
            StoreError: The log could not be written; no data is lost.
        """
        try:
            if self._has_started:
                forget_copy(self._path)
            return not self._has_batch and self._log.empty()
        except (OSError, sqlite3.Error) as error:
            raise cannot(self._path, "written", error) from error

    def started(self) -> None:
        """Note that the backend started; ``rest`` then removes the copy from before a migration."""
        self._has_started = True

    @property
    def archive(self) -> Archive:
        """Return the messages, including the batch; reading them raises StoreError."""
        return SQLiteArchive(
            self._find,
            self._find_durable,
            lambda *key: key in self._sent,
            lambda sender: self._eraser.has_erased(self._database, sender),
            self._searched_max,
        )

    def close(self) -> None:
        """Close the database; uncommitted changes are lost."""
        with contextlib.suppress(OSError, sqlite3.Error):
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            self._log.empty()
        self._close()

    def _close(self) -> None:
        self._database.close()
        if self._scrubber is not None:
            self._scrubber.close()

    def _migrate(self, progress: Callable[[str], None]) -> None:
        # By this connection: the last one that is closed would write the log into the database.
        try:
            if needs_migration(self._database):
                self._database.close()
                migrate(self._path, progress)
                self._database = connect(self._path)
        except (OSError, sqlite3.Error) as error:
            raise cannot(self._path, "opened", error) from error

    def _prepare(self) -> None:
        try:
            prepare(self._database, self._path)
            self._scrubber = Scrubber(self._path)
            self._log = Log(self._database, self._path, self._scrubber)
            if missing := missing_in(self._database):
                self._log.begin()
                for sql in missing:
                    self._database.execute(sql)
                self._log.end()
        except (OSError, sqlite3.Error) as error:
            raise cannot(self._path, "read", error) from error

    def _find(self, sql: str, values: Values, is_enough: IsEnough | None = None) -> list[Any]:
        """Read messages, including the batch."""
        if self._failure is None:
            self._execute_batch()
        return self._find_durable(sql, values, is_enough)

    def _find_durable(
        self, sql: str, values: Values, is_enough: IsEnough | None = None
    ) -> list[Any]:
        """Read messages that the batch does not touch."""
        if self._failure is not None:
            raise self._failure
        try:
            if self._batch:
                # Outside a transaction each read takes its locks anew, which is most of its time.
                self._log.begin()
            found = self._database.execute(sql, values)
            return found.fetchall() if is_enough is None else rows_until(found, is_enough)
        except sqlite3.Error as error:
            raise self._undo(error, "read") from error

    def _execute_batch(self) -> None:
        if self._batch.is_executed:
            return
        try:
            self._log.begin()
            self._batch.execute(self._database)
        except sqlite3.Error as error:
            raise self._undo(error) from error

    def _execute_all(self, statements: Iterable[tuple[str, list[tuple[Any, ...]]]]) -> None:
        for sql, rows_of_values in statements:
            if rows_of_values:
                self._database.executemany(sql, rows_of_values)

    def _undo(self, error: sqlite3.Error, done: str = "written") -> StoreError:
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")
        self._batch.undone()
        failure = cannot(self._path, done, error)
        if self._has_batch:
            self._failure = failure
        return failure

    @property
    def _has_batch(self) -> bool:
        return bool(self._batch or self._row_updates or self._callback_updates)

    def _rows(self, sql: str) -> list[Any]:
        return rows(self._database, sql)
