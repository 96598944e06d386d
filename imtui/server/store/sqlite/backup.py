"""Backs up a database, also of a running backend."""

import contextlib
import sqlite3
from pathlib import Path

from imtui.server.store.sqlite.connecting import cannot, connect, connect_to_read
from imtui.server.store.sqlite.log_pairing import check_log
from imtui.server.store.store import StoreError


def back_up(path: Path, copy: Path) -> None:
    """Copy a consistent snapshot of a database to one file that only this user can read.

    Args:
        path: The database; a backend may be using it.
        copy: The path of the copy, where nothing exists yet.

    Raises:
        StoreError: The database cannot be read, or the copy cannot be written; no copy is left.
    """
    if not path.exists():
        raise StoreError(f"There is no database {path}.")
    if copy.exists():
        raise StoreError(f"{copy} exists already. Choose another name.")
    check_log(path)
    try:
        source = connect_to_read(path)
    except sqlite3.Error as error:
        raise cannot(path, "read", error) from error
    part = copy.with_name(f"{copy.name}.part")
    with contextlib.closing(source):
        try:
            _copy(source, part)
            part.replace(copy)
        except (sqlite3.Error, OSError) as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise StoreError(f"The backup {copy} cannot be written: {error}.") from error


def _copy(source: sqlite3.Connection, part: Path) -> None:
    part.unlink(missing_ok=True)
    with contextlib.closing(connect(part)) as target:
        source.backup(target)
        # Without a write-ahead log the copy is a single file.
        target.execute("PRAGMA journal_mode = DELETE")
        found = target.execute("PRAGMA quick_check(1)").fetchall()
    if found != [("ok",)]:
        raise sqlite3.DatabaseError("its pages do not fit together")
