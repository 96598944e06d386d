"""Migrates a database into a new file, which then replaces it."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from imtui.server.store.sql.erasing import MARK_EARLIER
from imtui.server.store.sql.schema import MESSAGE_INDEXES, SCHEMA_VERSION, TABLES
from imtui.server.store.sqlite.connecting import connect, connect_to_read, version_of
from imtui.server.store.sqlite.erasure.scrubbing import scrub_file
from imtui.server.store.sqlite.failures import cannot
from imtui.server.store.sqlite.migration.conversations import migrate_conversations
from imtui.server.store.sqlite.migration.copy import keep_copy, put_in_place
from imtui.server.store.sqlite.migration.earlier import STEPS
from imtui.server.store.sqlite.migration.lists import migrate_lists
from imtui.server.store.sqlite.preparing import missing_in
from imtui.server.store.store import StoreError

_LAST: Final = len(STEPS)
_SPARE: Final = 1.25
"""The room that a copy may need, relative to the database, as its rows are laid out differently."""


def remove_unfinished(path: Path) -> None:
    """Remove the files of a migration that was interrupted.

    Raises:
        OSError: They cannot be removed.
    """
    for unfinished in _unfinished(path):
        for suffix in ("", "-wal", "-shm", "-journal"):
            unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)


def needs_migration(database: sqlite3.Connection) -> bool:
    """Tell whether a database is of an earlier version, or may have traces of what was deleted."""
    version = version_of(database)
    return 0 < version < SCHEMA_VERSION or (version == SCHEMA_VERSION and _has_traces(database))


def migrate(path: Path, progress: Callable[[str], None]) -> None:
    """Migrate a database of an earlier version, or rewrite one that may have traces.

    An interrupted migration starts over. A copy of the database of an earlier version is kept
    beside the new one.

    Args:
        path: The database; nobody else uses it.
        progress: Called with a line now and then.

    Raises:
        StoreError: The database is damaged, or the disk is too full.
        sqlite3.Error: The database cannot be opened.
    """
    migrated, upgraded = _unfinished(path)
    with contextlib.closing(connect(path)) as database:
        version = version_of(database)
        _check_room(path, 1 + (version < _LAST))
        # Without a log the file is the whole database, also as the copy that is kept.
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode = DELETE")
    is_of_earlier = version < SCHEMA_VERSION
    if is_of_earlier:
        progress(f"Migrating {path.name} from version {version} to {SCHEMA_VERSION} of its schema")
    else:
        progress(f"Rewriting {path.name} once, without traces of what was deleted")
    try:
        source = path
        if version < _LAST:
            source = upgraded
            _upgrade(path, upgraded, version)
        if is_of_earlier:
            _build(migrated, source, progress)
            keep_copy(path)
        else:
            _rewrite(migrated, source)
        scrub_file(migrated)
        put_in_place(path, migrated)
    except (OSError, sqlite3.Error, LookupError, ValueError) as error:
        # The last two: a row refers to nothing, or holds what no version has written.
        raise cannot(path, "migrated", error) from error
    finally:
        remove_unfinished(path)
    progress("The database is migrated" if is_of_earlier else "The database is rewritten")


def _unfinished(path: Path) -> tuple[Path, Path]:
    """Return where the migrated database is built, and where the one of the last version is."""
    return path.with_name(f"{path.name}.new-5"), path.with_name(f"{path.name}.new-4")


def _check_room(path: Path, copies: int) -> None:
    needed = int(path.stat().st_size * copies * _SPARE)
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        mebibyte = 1024 * 1024
        raise StoreError(
            f"Migrating {path} needs {needed // mebibyte + 1} MiB of free disk space, but only "
            f"{free // mebibyte} MiB are free. Free some, then start again."
        )


def _upgrade(path: Path, upgraded: Path, version: int) -> None:
    """Copy a database, and upgrade the copy to version 4."""
    with (
        contextlib.closing(connect_to_read(path)) as source,
        contextlib.closing(connect(upgraded)) as target,
    ):
        source.backup(target)
        steps = "".join(STEPS[version:])
        target.executescript(f"BEGIN; {steps} PRAGMA user_version = {_LAST}; COMMIT;")


def _build(migrated: Path, source: Path, progress: Callable[[str], None]) -> None:
    with (
        contextlib.closing(connect_to_read(source)) as old,
        contextlib.closing(connect(migrated)) as new,
    ):
        # An unfinished database is deleted, so it needs no rollback.
        new.execute("PRAGMA journal_mode = OFF")
        new.execute("PRAGMA synchronous = OFF")
        new.executescript(TABLES)
        new.execute("BEGIN")
        migrate_lists(old, new)
        migrate_conversations(old, new, progress)
        new.execute("COMMIT")
        progress("Making the indexes")
        new.executescript(MESSAGE_INDEXES)
        broken = new.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise sqlite3.DatabaseError(f"a row of {broken[0]} refers to nothing")
        new.execute(MARK_EARLIER)
        new.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _has_traces(database: sqlite3.Connection) -> bool:
    """Tell whether backends have written a database that did not erase."""
    found = database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'to_erase'").fetchone()
    return found is None


def _rewrite(migrated: Path, source: Path) -> None:
    """Copy a database of this version without its free pages, and mark what is to be erased."""
    with contextlib.closing(connect(source)) as old, contextlib.closing(connect(migrated)) as new:
        old.execute("VACUUM INTO ?", (str(migrated),))
        new.execute("BEGIN")
        for sql in missing_in(new):
            new.execute(sql)
        new.execute(MARK_EARLIER)
        new.execute("COMMIT")
