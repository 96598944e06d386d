"""Connections to SQLite databases, and what is said when there is none."""

import sqlite3
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from imtui.server.store.store import StoreError

# In seconds. Short: while a commit waits for somebody else's lock, nobody is served.
BUSY_TIMEOUT: Final = 0.2

# Nothing is wrong with the file: there is no room on the disk, or somebody else has it locked.
_NOT_ITS_FAULT: Final = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR_WRITE}
)


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection to a database, made for this user only if there is none."""
    path.touch(mode=0o600)
    return sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT)


def connect_to_read(path: Path, *, without_log: bool = False) -> sqlite3.Connection:
    """Return a connection that writes nothing.

    Args:
        path: The database; there is one.
        without_log: Only what is in the file itself counts, and not its write-ahead log.
    """
    options = "mode=ro&immutable=1" if without_log else "mode=ro"
    uri = f"file:{quote(str(path.absolute()))}?{options}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT)


def log_of(path: Path) -> Path:
    """Return where the write-ahead log of a database is."""
    return path.with_name(f"{path.name}-wal")


def size_of_log(path: Path) -> int:
    """Return how many bytes the write-ahead log of a database has; 0 if there is none."""
    try:
        return log_of(path).stat().st_size
    except FileNotFoundError:
        return 0


def version_of(database: sqlite3.Connection) -> int:
    """Return the version of a database's schema; 0 for a new one."""
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version


def cannot(path: Path, done: str, error: Exception) -> StoreError:
    """Return that a database cannot be opened, read or written, and what to do."""
    if getattr(error, "sqlite_errorcode", None) in _NOT_ITS_FAULT:
        way_out = "Free the disk or the lock, then try again."
    else:
        way_out = "Restore it from a backup, or move it away to start anew."
    return StoreError(f"The database {path} cannot be {done}: {error}. {way_out}")


def rows(database: sqlite3.Connection, sql: str) -> list[Any]:
    """Return the rows of a statement without values."""
    return database.execute(sql).fetchall()
