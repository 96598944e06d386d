"""Backs up a database, also of a running backend."""

import contextlib
import sqlite3
from pathlib import Path

from imtui.server.disk_faults import LOCKED, words_of
from imtui.server.store.sqlite.connecting import connect, connect_to_read
from imtui.server.store.sqlite.erasure.scrubbing import scrub_file
from imtui.server.store.sqlite.failures import cannot, check_exists, fault_of_code
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
    check_exists(path)
    check_log(path)
    try:
        source = connect_to_read(path)
    except sqlite3.Error as error:
        raise cannot(path, "read", error) from error
    part = copy.with_name(f"{copy.name}.part")
    with contextlib.closing(source):
        try:
            if copy.exists():
                raise StoreError(f"{copy} exists already. Choose another name.")
            _copy(source, part)
            part.replace(copy)
        except (sqlite3.Error, OSError) as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise _failure(path, copy, error) from error


def _failure(path: Path, copy: Path, error: sqlite3.Error | OSError) -> StoreError:
    if isinstance(error, OSError):
        words = words_of(error, copy.parent, "Choose another place for it.")
    else:
        fault = fault_of_code(copy, getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT))
        if fault in (None, LOCKED):
            # The database is damaged or locked, not its copy.
            return cannot(path, "read", error)
        words = str(fault)
    return StoreError(f"The backup {copy} cannot be written: {words}")


def _copy(source: sqlite3.Connection, part: Path) -> None:
    part.unlink(missing_ok=True)
    with contextlib.closing(connect(part)) as target:
        # From here on nobody can lock the database, for which ``backup`` would wait for ever.
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_schema").fetchone()
        source.backup(target)
        # Without a write-ahead log the copy is a single file.
        target.execute("PRAGMA journal_mode = DELETE")
        found = target.execute("PRAGMA quick_check(1)").fetchall()
    if found != [("ok",)]:
        raise sqlite3.DatabaseError("its pages do not fit together")
    scrub_file(part)
