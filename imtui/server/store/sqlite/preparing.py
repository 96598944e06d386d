"""Preparing an opened database: its schema, the connection's settings, and a first check."""

import sqlite3
from pathlib import Path
from typing import Final

from imtui.server.store.sql import schema
from imtui.server.store.sqlite.connecting import rows, version_of
from imtui.server.store.store import StoreError

_CACHE_KIB: Final = 32 * 1024
"""The most memory for pages; sends to many conversations touch as many pages of each index."""

_COLUMNS: Final = {
    ("callbacks", "client_ip"): "TEXT NOT NULL DEFAULT ''",
    ("app_keys", "since"): "INTEGER NOT NULL DEFAULT 0",
    ("app_keys", "until"): "INTEGER",
}
"""The columns that the first tables of this version lack."""


def prepare(database: sqlite3.Connection, path: Path) -> None:
    """Create the tables of a new database, set the connection up, and check the small tables.

    Raises:
        StoreError: The database is of a newer version.
        sqlite3.Error: It is damaged, or cannot be written.
    """
    version = version_of(database)
    if version > schema.SCHEMA_VERSION:
        raise StoreError(f"The database {path} is of a newer imtui. Update imtui.")
    if version == 0:
        # Before the log is turned on: a log cannot be paired with an empty database.
        database.executescript(
            f"BEGIN IMMEDIATE; {schema.EMPTY} PRAGMA user_version = {schema.SCHEMA_VERSION};"
            " COMMIT;"
        )
    database.execute("PRAGMA journal_mode = WAL")
    # Commits have to survive a power cut, not only the end of the process.
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA foreign_keys = ON")
    database.execute("PRAGMA secure_delete = ON")
    database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    # Each log has to begin with its generation, so only the store may empty it.
    database.execute("PRAGMA wal_autocheckpoint = 0")
    for table in schema.SMALL_TABLES:
        if rows(database, f"PRAGMA quick_check({table})") != [("ok",)]:
            raise sqlite3.DatabaseError("its pages do not fit together")


def missing_in(database: sqlite3.Connection) -> list[str]:
    """Return the statements that add what the first databases of this version lack."""
    known = {name for (name,) in rows(database, "SELECT name FROM sqlite_schema")}
    tables = (sql for name, added in schema.ADDED.items() if name not in known for sql in added)
    columns = (
        f"ALTER TABLE {table} ADD COLUMN {name} {kind}"
        for (table, name), kind in _COLUMNS.items()
        if table in known and name not in _columns_of(database, table)
    )
    return [*tables, *columns]


def _columns_of(database: sqlite3.Connection, table: str) -> set[str]:
    return {name for _, name, *_ in rows(database, f"PRAGMA table_info({table})")}
