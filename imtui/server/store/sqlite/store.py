"""A store in an SQLite database with a write-ahead log."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.status import Platform
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.changes import (
    AccountDeleted,
    AccountRegistered,
    Change,
    ConsoleChanged,
    DeviceChanged,
    DeviceForgotten,
    SubscriptionsChanged,
    UserSigsRevoked,
)
from imtui.server.core.console import Console
from imtui.server.core.messages.archive import Archive
from imtui.server.core.stored import StoredAccount, StoredApp, StoredConversation
from imtui.server.store.sqlite import friendship_tables, message_tables
from imtui.server.store.sqlite.message_tables import MessageTables, Statement
from imtui.server.store.store import StoreError

# In seconds. Short: while a commit waits for somebody else's lock, nobody is served.
_BUSY_TIMEOUT: Final = 0.2

_FIRST_SCHEMA: Final = """
CREATE TABLE app (start INTEGER NOT NULL, console TEXT NOT NULL);
CREATE TABLE accounts (
    user_id TEXT PRIMARY KEY, registered_at INTEGER NOT NULL, subscriptions_cleared_at INTEGER
) WITHOUT ROWID;
CREATE TABLE devices (
    user_id TEXT NOT NULL REFERENCES accounts, instance_id TEXT NOT NULL, platform TEXT NOT NULL,
    device_name TEXT NOT NULL, state TEXT NOT NULL, login_order INTEGER NOT NULL,
    login_time INTEGER NOT NULL, changed_at INTEGER NOT NULL, PRIMARY KEY (user_id, instance_id)
) WITHOUT ROWID;
CREATE TABLE friends (
    owner TEXT NOT NULL REFERENCES accounts, friend TEXT NOT NULL REFERENCES accounts,
    PRIMARY KEY (owner, friend)
) WITHOUT ROWID;
CREATE TABLE subscriptions (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL REFERENCES accounts,
    user_id TEXT NOT NULL REFERENCES accounts, UNIQUE (owner, user_id)
);
INSERT INTO app VALUES (0, '{}');
"""

_REST_SCHEMA: Final = """
ALTER TABLE accounts ADD COLUMN sigs_revoked_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN sigs_used TEXT NOT NULL DEFAULT '[]';
ALTER TABLE accounts ADD COLUMN is_deleted INTEGER NOT NULL DEFAULT 0;
"""

# What makes a database of each version from that of the one before.
_STEPS: Final = (
    _FIRST_SCHEMA,
    message_tables.SCHEMA,
    friendship_tables.SCHEMA,
    _REST_SCHEMA + message_tables.REST_SCHEMA + friendship_tables.REST_SCHEMA,
)

SCHEMA_VERSION: Final = len(_STEPS)

# Nothing is wrong with the file: there is no room on the disk, or somebody else has it locked.
_NOT_ITS_FAULT: Final = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR_WRITE}
)


class SQLiteStore:
    """Changes become statements, and the statements of one commit one transaction.

    The transaction is begun by the commit, or earlier by a search for messages: all that was
    noted is there to be found.
    """

    def __init__(self, path: Path) -> None:
        """Open the database, made if there is none.

        Raises:
            StoreError: It is damaged, of a newer version, or cannot be opened.
        """
        self._path = path
        self._noted: list[Statement] = []
        self._carried_out = 0
        """How many of the noted are in the open transaction."""
        self._failure: StoreError | None = None
        """Why what was noted could not be carried out: tried again by a commit only."""
        try:
            path.touch(mode=0o600)
            self._database = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_TIMEOUT)
        except (OSError, sqlite3.Error) as error:
            raise self._cannot("opened", error) from error
        try:
            self._prepare()
        except BaseException:
            self._database.close()
            raise

    def load(self) -> StoredApp:
        """Count this start, durably, and return everything that was stored.

        Raises:
            StoreError: It cannot be read or written.
        """
        try:
            self._database.execute("UPDATE app SET start = start + 1")
            start, console = self._rows("SELECT start, console FROM app")[0]
            return StoredApp(
                start=start,
                console=msgspec.json.decode(console, type=Console),
                accounts=[_account(row) for row in self._rows("SELECT * FROM accounts")],
                devices=[_device(row) for row in self._rows("SELECT * FROM devices")],
                **friendship_tables.load(self._rows),
                subscriptions=self._rows("SELECT owner, user_id FROM subscriptions ORDER BY place"),
                conversations=[
                    StoredConversation(*row) for row in self._rows(message_tables.CONVERSATIONS)
                ],
                sides=[
                    message_tables.stored_side(row) for row in self._rows("SELECT * FROM sides")
                ],
            )
        except (sqlite3.Error, ValueError, IndexError) as error:
            raise self._cannot("read", error) from error

    def write(self, changes: Iterable[Change]) -> None:
        """Note the changes that outlive a restart; ``commit`` makes them durable."""
        for change in changes:
            statements = _STATEMENTS.get(type(change))
            if statements is not None:
                self._noted += statements(change)

    def commit(self) -> None:
        """Make all that was noted durable, as one.

        Raises:
            StoreError: It could not; what was noted is kept, and tried again by the next commit.
        """
        if not self._noted:
            return
        self._failure = None
        self._carry_out_noted()
        try:
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._undo(error) from error
        self._noted.clear()
        self._carried_out = 0

    @property
    def archive(self) -> Archive:
        """Return the messages, those that were noted included; to find one raises StoreError."""
        return MessageTables(self._find)

    def close(self) -> None:
        """Let go of the database; what was noted and not committed is gone."""
        self._database.close()

    def _prepare(self) -> None:
        try:
            self._database.execute("PRAGMA journal_mode = WAL")
            # What is acknowledged survives a power cut, not only the end of the process.
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("PRAGMA foreign_keys = ON")
            version = self._rows("PRAGMA user_version")[0][0]
            if self._rows("PRAGMA quick_check(1)") != [("ok",)]:
                raise sqlite3.DatabaseError("its pages do not fit together")
            if version < SCHEMA_VERSION:
                steps = "".join(_STEPS[version:])
                self._database.executescript(
                    f"BEGIN IMMEDIATE; {steps} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
                )
        except sqlite3.Error as error:
            raise self._cannot("read", error) from error
        if version > SCHEMA_VERSION:
            raise StoreError(f"The database {self._path} is of a newer imtui. Update imtui.")

    def _find(self, sql: str, values: Sequence[Any]) -> list[Any]:
        if self._failure is not None:
            raise self._failure
        self._carry_out_noted()
        try:
            return self._database.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._undo(error, "read") from error

    def _carry_out_noted(self) -> None:
        if self._carried_out == len(self._noted):
            return
        try:
            if not self._database.in_transaction:
                self._database.execute("BEGIN IMMEDIATE")
            for sql, values in self._noted[self._carried_out :]:
                self._database.execute(sql, values)
        except sqlite3.Error as error:
            raise self._undo(error) from error
        self._carried_out = len(self._noted)

    def _undo(self, error: sqlite3.Error, done: str = "written") -> StoreError:
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")
        self._carried_out = 0
        failure = self._cannot(done, error)
        if self._noted:
            self._failure = failure
        return failure

    def _rows(self, sql: str) -> list[Any]:
        return self._database.execute(sql).fetchall()

    def _cannot(self, done: str, error: Exception) -> StoreError:
        if getattr(error, "sqlite_errorcode", None) in _NOT_ITS_FAULT:
            way_out = "Free the disk or the lock, then try again."
        else:
            way_out = "Restore it from a backup, or move it away to start anew."
        return StoreError(f"The database {self._path} cannot be {done}: {error}. {way_out}")


def _account(row: tuple[Any, ...]) -> StoredAccount:
    user_id, registered_at, cleared_at, revoked_at, sigs_used, is_deleted = row
    used = msgspec.json.decode(sigs_used, type=frozenset[int])
    return StoredAccount(user_id, registered_at, cleared_at, revoked_at, used, bool(is_deleted))


def _device(row: tuple[Any, ...]) -> Device:
    user_id, instance_id, platform, device_name, state, *numbers = row
    return Device(
        user_id, instance_id, Platform(platform), device_name, DeviceState(state), *numbers
    )


def _account_registered(change: AccountRegistered) -> list[Statement]:
    # A deleted one may have left its row.
    sql = """
        INSERT INTO accounts (user_id, registered_at) VALUES (?, ?) ON CONFLICT DO UPDATE
        SET registered_at = excluded.registered_at, is_deleted = 0
    """
    return [(sql, (change.user_id, change.registered_at))]


def _account_deleted(change: AccountDeleted) -> list[Statement]:
    # The row stays, as the messages that others have of it refer to it.
    statements = (
        "DELETE FROM devices WHERE user_id = ?",
        "DELETE FROM profiles WHERE user_id = ?",
        "DELETE FROM friend_groups WHERE owner = ?",
        "UPDATE accounts SET is_deleted = 1, subscriptions_cleared_at = NULL WHERE user_id = ?",
    )
    return [(sql, (change.user_id,)) for sql in statements]


def _user_sigs_revoked(change: UserSigsRevoked) -> list[Statement]:
    sql = "UPDATE accounts SET sigs_revoked_at = ?, sigs_used = ? WHERE user_id = ?"
    used = msgspec.json.encode(change.used).decode()
    return [(sql, (change.second, used, change.user_id))]


def _device_changed(change: DeviceChanged) -> list[Statement]:
    return [
        (
            "INSERT OR REPLACE INTO devices VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            msgspec.structs.astuple(change.device),
        )
    ]


def _device_forgotten(change: DeviceForgotten) -> list[Statement]:
    key = (change.user_id, change.instance_id)
    return [("DELETE FROM devices WHERE user_id = ? AND instance_id = ?", key)]


def _subscriptions_changed(change: SubscriptionsChanged) -> list[Statement]:
    remove = "DELETE FROM subscriptions WHERE owner = ? AND user_id = ?"
    add = "INSERT INTO subscriptions (owner, user_id) VALUES (?, ?)"
    moved = (*change.removed, *change.added)
    statements: list[Statement] = [(remove, (change.user_id, user_id)) for user_id in moved]
    statements += [(add, (change.user_id, user_id)) for user_id in change.added]
    if change.reason is SubscriptionReason.CLEARED:
        cleared = "UPDATE accounts SET subscriptions_cleared_at = ? WHERE user_id = ?"
        statements.append((cleared, (change.at, change.user_id)))
    return statements


def _console_changed(change: ConsoleChanged) -> list[Statement]:
    return [("UPDATE app SET console = ?", (msgspec.json.encode(change.console).decode(),))]


_STATEMENTS: Final[dict[type, Callable[[Any], list[Statement]]]] = {
    **message_tables.STATEMENTS,
    **friendship_tables.STATEMENTS,
    AccountRegistered: _account_registered,
    AccountDeleted: _account_deleted,
    UserSigsRevoked: _user_sigs_revoked,
    DeviceChanged: _device_changed,
    DeviceForgotten: _device_forgotten,
    SubscriptionsChanged: _subscriptions_changed,
    ConsoleChanged: _console_changed,
}
