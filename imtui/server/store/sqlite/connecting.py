"""Connections to SQLite databases, and their errors."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from imtui.server.store.store import StoreError

BUSY_TIMEOUT: Final = 0.2
"""In seconds. Short, because nobody is served while a commit waits for a lock."""

_LEAST_FREE: Final = 128 * 1024
"""With fewer free bytes, the files of the database cannot grow by what a start needs."""

# The file is sound, but the disk is full, or another process has locked the database.
_NOT_DAMAGED: Final = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR_WRITE}
)


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
        return log_of(path).stat().st_size
    except FileNotFoundError:
        return 0


def version_of(database: sqlite3.Connection) -> int:
    """Return the version of a database's schema; 0 for an empty database."""
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version


def cannot(path: Path, done: str, error: Exception) -> StoreError:
    """Return the error that a database cannot be opened, read or written, and what to do."""
    code = getattr(error, "sqlite_errorcode", None)
    if _is_disk_full(path, code):
        return StoreError(
            f"The database {path} cannot be {done}: the disk is full. Free some space, then try"
            " again."
        )
    if code in _NOT_DAMAGED:
        advice = "Free the disk or the lock, then try again."
    else:
        advice = "Restore it from a backup, or move it away to start anew."
    return StoreError(f"The database {path} cannot be {done}: {error}. {advice}")


def _is_disk_full(path: Path, code: int | None) -> bool:
    if code is None or code & 0xFF != sqlite3.SQLITE_IOERR:
        return code == sqlite3.SQLITE_FULL
    # SQLite has the same codes for a full disk and for a broken one.
    with contextlib.suppress(OSError):
        return shutil.disk_usage(path.parent).free < _LEAST_FREE
    return False


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
