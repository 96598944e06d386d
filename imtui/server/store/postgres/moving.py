"""Moves everything from a database in SQLite into an empty one in PostgreSQL."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, Final

from imtui.server.store.postgres.connection import Connection
from imtui.server.store.postgres.failures import FAILURES, cannot
from imtui.server.store.postgres.store import PostgresStore
from imtui.server.store.store import StoreError

_TABLES: Final = {
    "app_keys": "id",
    "admins": "user_id",
    "accounts": "key",
    "devices": "account, instance_id",
    "device_sigs": "account, instance_id",
    "revoked_sigs": "account, digest",
    "statuses": "account",
    "subscriptions": "place",
    "friends": "owner, friend",
    "friend_groups": "place",
    "grouped_friends": "owner, name, friend",
    "friend_requests": "place",
    "blocked": "place",
    "profiles": "account",
    "conversations": "key",
    "members": "conversation, account",
    "messages": "conversation, seq",
    "hidden": "conversation, account, seq",
    "hidden_runs": "conversation, account, last_seq",
    "to_erase": "conversation, seq",
    "callbacks": "number",
}
"""All tables but that of the app, those first to which others refer, each with its key."""
_NUMBERED: Final = {
    "accounts": "key",
    "subscriptions": "place",
    "friend_groups": "place",
    "friend_requests": "place",
    "blocked": "place",
}
"""The columns that PostgreSQL numbers itself."""
_AT_ONCE: Final = 5_000
_WITHIN: Final = 600.0
"""How long a statement may take, in seconds."""


def move(
    source: sqlite3.Connection, store: PostgresStore, progress: Callable[[str], None]
) -> dict[str, int]:
    """Copy all tables in one transaction, compare both row by row, and return their sizes.

    If it ends before, PostgreSQL has nothing of it, and it can be begun again.

    Args:
        source: The database in SQLite, of the present version; nobody else may write it.
        store: The store, which has the lease.
        progress: Called with a line for each table.

    Raises:
        StoreError: The database is not empty, or the copy is not the same.
        sqlite3.Error: The source cannot be read.
    """
    connection = store.connection
    try:
        with connection.patience(_WITHIN):
            if connection.execute("SELECT 1 FROM accounts LIMIT 1").fetchone():
                raise StoreError("The database in PostgreSQL has accounts: take an empty one.")
            # Nobody else can take the lease until this transaction ends.
            store.transactions.begin()
            try:
                sizes = _copy_all(source, connection, progress)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
    except FAILURES as error:
        raise cannot(error) from error
    return sizes


def _copy_all(
    source: sqlite3.Connection, connection: Connection, progress: Callable[[str], None]
) -> dict[str, int]:
    sizes = {}
    connection.execute("DELETE FROM app_keys")
    # Its rows are copied, too.
    connection.execute("ALTER TABLE hidden DISABLE TRIGGER hidden_runs_grow")
    for table, key in _TABLES.items():
        columns = [name for _, name, *_ in source.execute(f"PRAGMA table_info({table})")]
        names = ", ".join(columns)
        places = ", ".join("?" * len(columns))
        insert = f"INSERT INTO {table} ({names}) VALUES ({places})"
        found = source.execute(f"SELECT {names} FROM {table} ORDER BY {key}")
        while rows := found.fetchmany(_AT_ONCE):
            connection.executemany(insert, rows)
        sizes[table] = _compare(source, connection, table, f"SELECT {names} FROM {table}", key)
        progress(f"{table}: {sizes[table]}")
    connection.execute("ALTER TABLE hidden ENABLE TRIGGER hidden_runs_grow")
    for table, column in _NUMBERED.items():
        connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({column}))"
            f" FROM {table} HAVING max({column}) IS NOT NULL"
        )
    ((start, console),) = source.execute("SELECT start, console FROM app")
    connection.execute("UPDATE app SET console = ?", (console,))
    # Revisions of statuses go on where they were.
    connection.execute("UPDATE lease SET epoch = epoch + ?", (start,))
    return sizes


def _compare(
    source: sqlite3.Connection, connection: Connection, table: str, select: str, key: str
) -> int:
    """Compare a table with its copy, and return how many rows both have; raises StoreError."""
    count = 0
    copies = _copies(connection, table, f"{select} ORDER BY {key}")
    for row in source.execute(f"{select} ORDER BY {key}"):
        if next(copies, None) != row:
            raise StoreError(f"Row {count + 1} of {table} is not the same in PostgreSQL.")
        count += 1
    if next(copies, None) is not None:
        raise StoreError(f"In PostgreSQL, {table} has more than {count} rows.")
    return count


def _copies(connection: Connection, table: str, select: str) -> Iterator[tuple[Any, ...]]:
    connection.execute(f"DECLARE copies_of_{table} CURSOR FOR {select}")
    while rows := connection.execute(f"FETCH {_AT_ONCE} FROM copies_of_{table}").fetchall():
        yield from rows
    connection.execute(f"CLOSE copies_of_{table}")
