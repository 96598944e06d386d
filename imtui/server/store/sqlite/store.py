"""The store in an SQLite database with a write-ahead log."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from imtui.protocol.app_key import DEFAULT_SDK_APP_ID, AppKey, new_secret
from imtui.server.core.archive import Archive
from imtui.server.core.stored import StoredApp
from imtui.server.store.sql import callbacks, keys, statuses
from imtui.server.store.sql.archive import SEARCHED_MAX, IsEnough, Values
from imtui.server.store.sql.loading import load_app
from imtui.server.store.sql.statement import ACCOUNT
from imtui.server.store.sql.store import SQLStore
from imtui.server.store.sqlite.archive import SQLiteArchive
from imtui.server.store.sqlite.connecting import connect, rows, rows_until
from imtui.server.store.sqlite.erasure.scrubbing import Scrubber
from imtui.server.store.sqlite.failures import REFUSALS, cannot, refused
from imtui.server.store.sqlite.log import Log
from imtui.server.store.sqlite.log_pairing import END_LOG, check_log
from imtui.server.store.sqlite.migration.copy import forget_copy
from imtui.server.store.sqlite.migration.migrate import (
    migrate,
    needs_migration,
    remove_unfinished,
)
from imtui.server.store.sqlite.preparing import missing_in, prepare
from imtui.server.store.sqlite.status_journal import StatusJournal
from imtui.server.store.store import StoreError
from imtui.server.webhook.request import OutgoingCallback


class SQLiteStore(SQLStore):
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
        super().__init__(searched_max, keeps_statuses=keeps_statuses)
        self._path = path
        self._keeps_statuses = keeps_statuses
        self._has_started = False
        try:
            check_log(path)
            remove_unfinished(path)
            self._database = connect(path)
        except (OSError, sqlite3.Error) as error:
            raise cannot(path, "opened", error) from error
        self._journal = StatusJournal(path)
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
            self._pending.load(self._rows)
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

    def callbacks(self) -> list[OutgoingCallback]:
        """Return the callbacks that wait to be sent, the oldest first.

        Raises:
            StoreError: The database cannot be read.
        """
        try:
            return callbacks.load(self._rows)
        except (sqlite3.Error, ValueError) as error:
            raise cannot(self._path, "read", error) from error

    def commit(self) -> None:
        """Make the batch durable atomically.

        Raises:
            StoreError: The commit failed; the next one retries the batch.
            FinalError: The database refuses a row of the batch.
        """
        if not self._pending.needs_commit:
            return
        self._failure = None
        if not self._note_statuses():
            self._write()
            self._log.empty_if_due()

    @property
    def is_shared(self) -> bool:
        """Return False: nobody else writes the database."""
        return False

    @property
    def is_current(self) -> bool:
        """Return True, as nobody else writes the database."""
        return True

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
            if not self._journal.is_empty and not self._pending.has_waiting:
                self._write()
                # Unless it could not be cleared.
                self._journal.clear()
            return not self._pending.has_changes and self._log.empty()
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
            self._pending.has_sent,
            lambda sender: self._pending.eraser.has_erased(self._database, sender),
            self._searched_max,
        )

    def close(self) -> None:
        """Close the database; uncommitted changes are lost."""
        with contextlib.suppress(OSError, sqlite3.Error):
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            self._restore_statuses()
            self._log.empty()
            self._journal.remove()
        self._close()

    def _note_statuses(self) -> bool:
        """Note the batch in the journal if it may be, and tell whether that is done."""
        if not self._pending.has_only_statuses or not self._journal.takes_more:
            return False
        try:
            self._journal.note(self._pending.new_statuses, self._generation)
        except (OSError, sqlite3.Error, *REFUSALS):
            # The transaction says what is wrong.
            return False
        self._pending.statuses_noted()
        return True

    def _write(self) -> None:
        try:
            self._log.begin()
            if not self._journal.is_empty:
                # The journal does not follow this transaction, even if it cannot be cleared.
                self._database.execute(END_LOG)
            self._pending.execute(self._database)
            self._log.end()
        except (sqlite3.Error, *REFUSALS) as error:
            raise self._undo(error) from error
        self._pending.committed()
        with contextlib.suppress(OSError):
            self._journal.clear()

    def _generation(self) -> int:
        ((generation,),) = self._rows("SELECT generation FROM app")
        return int(generation)

    def _restore_statuses(self) -> None:
        """Bring the journal of an earlier process into the database."""
        noted = {kept[0]: kept for kept in self._journal.read(self._generation)}
        if not noted:
            return
        self._log.begin()
        self._database.execute(END_LOG)
        for user_id, kept in noted.items():
            if self._database.execute(f"SELECT {ACCOUNT}", (user_id,)).fetchone() == (None,):
                continue
            # The last process did not come to the transaction that would have been refused.
            with contextlib.suppress(*REFUSALS):
                self._database.execute(statuses.PUT, statuses.row_of(kept))
        self._log.end()

    def _close(self) -> None:
        self._database.close()
        self._journal.close()
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
            # Before the log ends, and with it the generation that the journal follows.
            self._restore_statuses()
            self._log.empty()
            self._journal.remove()
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
            if self._pending.has_batch:
                # Outside a transaction each read takes its locks anew, which is most of its time.
                self._log.begin()
            found = self._database.execute(sql, values)
            return found.fetchall() if is_enough is None else rows_until(found, is_enough)
        except sqlite3.Error as error:
            raise self._undo(error, "read") from error

    def _execute_batch(self) -> None:
        if self._pending.is_readable:
            return
        try:
            self._log.begin()
            self._pending.execute_batch(self._database)
        except (sqlite3.Error, *REFUSALS) as error:
            raise self._undo(error) from error

    def _undo(self, error: Exception, done: str = "written") -> StoreError:
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")
        # A row that erasing wants is not of the batch, which succeeds without it.
        is_final = not self._pending.is_erasing
        self._pending.undone()
        if isinstance(error, REFUSALS) and done == "written":
            failure = refused(self._path, error, is_final=is_final)
        else:
            failure = cannot(self._path, done, error)
        if self._pending.has_waiting:
            self._failure = failure
        return failure

    def _rows(self, sql: str) -> list[Any]:
        return rows(self._database, sql)
