"""Connections to SQLite databases."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

BUSY_TIMEOUT: Final = 0.2
"""In seconds. Short, because nobody is served while a commit waits for a lock."""


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection to a database; a new one is readable by this user only."""
    path.touch(mode=0o600)
    return sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT)


def connect_to_read(path: Path, *, without_log: bool = False) -> sqlite3.Connection:
    """Return a read-only connection.

    Args:
        path: The database, which exists.
        without_log: Whether to ignore the write-ahead log.
    """
    options = "mode=ro&immutable=1" if without_log else "mode=ro"
    uri = f"file:{quote(str(path.absolute()))}?{options}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT)


def log_of(path: Path) -> Path:
    """Return the path of a database's write-ahead log."""
    return path.with_name(f"{path.name}-wal")


def size_of_log(path: Path) -> int:
    """Return the size of a database's write-ahead log in bytes; 0 if there is none."""
    try:
        # Much faster than ``Path.stat``, and each commit asks.
        return os.stat(f"{path}-wal").st_size  # noqa: PTH116
    except FileNotFoundError:
        return 0


def version_of(database: sqlite3.Connection) -> int:
    """Return the version of a database's schema; 0 for an empty database."""
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version


def rows(database: sqlite3.Connection, sql: str) -> list[Any]:
    """Return the rows of a statement that has no values."""
    return database.execute(sql).fetchall()


def rows_until(found: sqlite3.Cursor, is_enough: Callable[[Any], bool]) -> list[Any]:
    """Return the rows up to the first with which it is enough."""
    taken = []
    with contextlib.closing(found):
        for row in found:
            taken.append(row)
            if is_enough(row):
                break
    return taken
