"""Tells whether a write-ahead log belongs to the database beside it.

SQLite replays whatever log it finds. A database that was restored beside the log of another one,
or of its own later self, would be damaged. So each log begins by noting which generation of the
database it is based on.
"""

import contextlib
import secrets
import sqlite3
from pathlib import Path
from typing import Final, NamedTuple

from imtui.server.store.sqlite.connecting import (
    connect_to_read,
    log_of,
    size_of_log,
    version_of,
)
from imtui.server.store.store import StoreError

_FIRST_WITH_GENERATIONS: Final = 5

_LOOKS: Final = 3

BEGIN_LOG: Final = "UPDATE app SET based_on = generation, generation = ?"
"""The first statement of each new log; its value is ``new_generation()``."""


class _Generation(NamedTuple):
    version: int
    """That of the schema; 0 for an empty database."""
    generation: int = 0
    based_on: int = 0


def new_generation() -> int:
    """Return a number that no other generation has."""
    return secrets.randbits(62)


def check_log(path: Path) -> None:
    """Check that the log of a database belongs to it; nothing is written.

    Raises:
        StoreError: It does not.
    """
    if not path.exists() or not path.stat().st_size or not size_of_log(path):
        return
    # A backend that runs may write the log into the database between the two looks at it.
    for _ in range(_LOOKS - 1):
        if _is_of_one(path):
            return
    if not _is_of_one(path):
        log = log_of(path)
        raise StoreError(
            f"The log {log.name} does not belong to the database {path}. If the database was "
            f"restored from a backup, remove {log} and {path}-shm, then start again."
        )


def _is_of_one(path: Path) -> bool:
    try:
        with contextlib.closing(connect_to_read(path, without_log=True)) as database:
            alone = _generation(database)
        with contextlib.closing(connect_to_read(path)) as database:
            together = _generation(database)
            if together.version < _FIRST_WITH_GENERATIONS and not _is_sound(database):
                return False
    except sqlite3.DatabaseError:
        return False
    # All of a new database may be in its log.
    if not alone.version or _FIRST_WITH_GENERATIONS not in (alone.version, together.version):
        return True
    return alone.version == together.version and alone.generation in (
        together.based_on,
        together.generation,
    )


def _generation(database: sqlite3.Connection) -> _Generation:
    version = version_of(database)
    if version < _FIRST_WITH_GENERATIONS:
        return _Generation(version)
    row = database.execute("SELECT generation, based_on FROM app").fetchone()
    return _Generation(version, *row)


def _is_sound(database: sqlite3.Connection) -> bool:
    found: list[tuple[str]] = database.execute("PRAGMA quick_check(1)").fetchall()
    return found == [("ok",)]
