"""Checks a whole database, also of a running backend."""

import contextlib
import sqlite3
import threading
from pathlib import Path
from typing import Final

from imtui.server.store.sql.schema import SCHEMA_VERSION
from imtui.server.store.sqlite.connecting import connect_to_read, version_of
from imtui.server.store.sqlite.failures import cannot, check_exists
from imtui.server.store.sqlite.log_pairing import check_log

_FINDINGS_MAX: Final = 20


_STEPS: Final = 10_000
"""The steps of SQLite's virtual machine after which the check looks whether to stop."""


class Stopped(Exception):
    """The check was stopped."""


def check_database(path: Path, stop: threading.Event | None = None) -> list[str]:
    """Return the faults of a database, one line each; nothing is written.

    Args:
        path: The database; a backend may be using it.
        stop: Set it to stop the check.

    Raises:
        StoreError: The database does not exist or cannot be read.
        Stopped: ``stop`` was set.
    """
    check_exists(path)
    check_log(path)
    try:
        with contextlib.closing(connect_to_read(path)) as database:
            if stop is not None:
                database.set_progress_handler(stop.is_set, _STEPS)
            return _findings(database)
    except sqlite3.Error as error:
        if stop is not None and stop.is_set():
            raise Stopped from error
        raise cannot(path, "read", error) from error


def _findings(database: sqlite3.Connection) -> list[str]:
    pages = [row[0] for row in database.execute(f"PRAGMA integrity_check({_FINDINGS_MAX})")]
    findings = [] if pages == ["ok"] else pages
    for table, row, parent, _ in database.execute("PRAGMA foreign_key_check"):
        findings.append(f"row {row} of {table} refers to nothing in {parent}")
        if len(findings) >= _FINDINGS_MAX:
            break
    if version_of(database) == SCHEMA_VERSION and not findings:
        findings += _inconsistencies(database)
    return findings[:_FINDINGS_MAX]


def _inconsistencies(database: sqlite3.Connection) -> list[str]:
    """Return the conversations whose row does not match their messages."""
    sql = """
        SELECT c.key FROM conversations c
        LEFT JOIN messages m ON m.conversation = c.key AND m.seq = c.last_seq
        WHERE c.last_seq > 0 AND (m.seq IS NULL OR m.version > c.version)
        OR EXISTS (SELECT 1 FROM messages n WHERE n.conversation = c.key AND n.seq > c.last_seq)
        LIMIT ?
    """
    found = database.execute(sql, (_FINDINGS_MAX,))
    return [f"conversation {key} does not agree with its messages" for (key,) in found]
