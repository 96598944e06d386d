"""Checks that a write-ahead log belongs to the database beside it.

SQLite replays any log that it finds. A database that is restored beside the log of another one,
or beside a later log of its own, would be damaged. So each log records at its start the generation
of the database that it is based on, and starts a new generation; at its end it counts this one
up, so that the next log does not fit a copy that was made in between.
"""

import contextlib
import os
import secrets
import sqlite3
import struct
from pathlib import Path
from typing import Final, NamedTuple

from imtui.server.store.sqlite.connecting import (
    connect_to_read,
    log_of,
    size_of_log,
    version_of,
)
from imtui.server.store.sqlite.failures import cannot
from imtui.server.store.store import StoreError

_FIRST_WITH_GENERATIONS: Final = 5

_ATTEMPTS: Final = 3
"""A running backend may be writing a page of the file just while it is read."""

_UNPAIRED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
"""The errors of a database whose log belongs to another one."""

_LOG_HEADER: Final = struct.Struct(">8xI4x8s8x")
"""The header of SQLite's write-ahead log: the size of a page, and the salts of the log."""
_FRAME_HEADER: Final = struct.Struct(">4xI8s8x")
"""The header of a frame: the database's pages after a transaction (else 0), and the salts."""

BEGIN_LOG: Final = "UPDATE app SET based_on = generation, generation = ?"
"""The first statement of each new log; its value is ``new_generation()``."""

END_LOG: Final = "UPDATE app SET generation = generation + 1"
"""The last statement of each log; others may follow if the log cannot be emptied after it."""

_ENDS_BITS: Final = 20
"""How many bits of a generation count the ends of its log."""


class _Generation(NamedTuple):
    version: int
    """The version of the schema; 0 for an empty database."""
    generation: int = 0
    based_on: int = 0


def new_generation() -> int:
    """Return a unique number for a new generation."""
    return secrets.randbits(62 - _ENDS_BITS) << _ENDS_BITS


def check_log(path: Path) -> None:
    """Check that the log of a database belongs to it; nothing is written.

    Raises:
        StoreError: The log belongs to another database or another generation.
    """
    if not path.exists() or not path.stat().st_size or not size_of_log(path):
        return
    for _ in range(_ATTEMPTS - 1):
        if _is_paired(path):
            return
    if not _is_paired(path):
        log = log_of(path)
        raise StoreError(
            f"The log {log.name} does not belong to the database {path}. If the database was "
            f"restored from a backup, remove {log} and {path}-shm, then start again."
        )


def _is_paired(path: Path) -> bool:
    try:
        with contextlib.closing(connect_to_read(path)) as database:
            # Of a running backend: until the end of this transaction no other log takes the place
            # of this one, and no later transaction of it gets into the file.
            database.execute("BEGIN")
            together = _generation(database)
            with contextlib.closing(connect_to_read(path, without_log=True)) as file:
                # While the log is written into it, the file may be shorter than its header says;
                # otherwise that would be an error.
                file.execute("PRAGMA writable_schema = ON")
                alone = _generation(file)
            if together.version < _FIRST_WITH_GENERATIONS and not _is_sound(path, database):
                return False
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in _UNPAIRED:
            return False
        raise cannot(path, "read", error) from error
    # A new database may be in its log entirely.
    if not alone.version or _FIRST_WITH_GENERATIONS not in (alone.version, together.version):
        return True
    if alone.version != together.version:
        return False
    # A part of the log may have been written into the database.
    is_in_log = alone.generation >> _ENDS_BITS == together.generation >> _ENDS_BITS
    if is_in_log:
        return alone.generation <= together.generation
    return alone.generation == together.based_on


def _generation(database: sqlite3.Connection) -> _Generation:
    version = version_of(database)
    if version < _FIRST_WITH_GENERATIONS:
        return _Generation(version)
    row = database.execute("SELECT generation, based_on FROM app").fetchone()
    return _Generation(version, *row)


def _is_sound(path: Path, database: sqlite3.Connection) -> bool:
    """Tell whether a database of a version without generations is sound with its log."""
    sizes = _sizes_in_log(path)
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    if sizes and pages not in sizes:
        return False
    found: list[tuple[str]] = database.execute("PRAGMA integrity_check(1)").fetchall()
    return found == [("ok",)] and not database.execute("PRAGMA foreign_key_check").fetchone()


def _sizes_in_log(path: Path) -> set[int]:
    """Return how many pages the database has after each transaction in its log."""
    sizes = set()
    with log_of(path).open("rb") as log:
        header = log.read(_LOG_HEADER.size)
        if len(header) < _LOG_HEADER.size:
            return set()
        page_size, salts = _LOG_HEADER.unpack(header)
        while len(frame := log.read(_FRAME_HEADER.size)) == _FRAME_HEADER.size:
            size, frame_salts = _FRAME_HEADER.unpack(frame)
            # The remaining frames are left over from an earlier log.
            if frame_salts != salts:
                break
            if size:
                sizes.add(size)
            log.seek(page_size, os.SEEK_CUR)
    return sizes
