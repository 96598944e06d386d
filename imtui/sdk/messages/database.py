"""The SQLite databases in which this device keeps the messages of an account."""

import os
import sqlite3
from pathlib import Path
from typing import Final, Literal

_BUSY_TIMEOUT: Final = 0.5


def open_database(
    path: Path | None, schema: str, version: int, synchronous: Literal["FULL", "NORMAL"]
) -> sqlite3.Connection:
    """Open a database that only its owner can read; create it if there is none.

    Args:
        path: The file; in memory only if None.
        schema: The statements that create what is missing.
        version: The version of the schema.
        synchronous: With ``FULL``, a commit is on disk when it returns.

    Raises:
        sqlite3.Error: It cannot be opened, or it is of another version.
        OSError: The file cannot be made.
    """
    if path is not None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    # One thread uses it at a time, but the garbage collector may close it in any.
    db = sqlite3.connect(path or ":memory:", timeout=_BUSY_TIMEOUT, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {synchronous}")
        # Erased contents must not remain in the free pages of the file.
        db.execute("PRAGMA secure_delete = ON")
        (found,) = db.execute("PRAGMA user_version").fetchone()
        if found not in (0, version):
            raise sqlite3.DatabaseError(f"of version {found}")
        db.executescript(schema)
        if found != version:
            db.execute(f"PRAGMA user_version = {version}")
    except BaseException:
        db.close()
        raise
    return db
