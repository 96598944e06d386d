"""The played database: SQLite with the sessions, the locks, the clock and the faults of a server.

The statements are those for PostgreSQL; the few words that SQLite does not know are translated.
"""

import itertools
import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from imtui.server.core.change import Change
from imtui.server.store.postgres.archive import ABSENT
from imtui.server.store.postgres.connection import positional
from imtui.server.store.postgres.lease import _TAKE
from imtui.server.store.postgres.schema import EDGE_NUMBERS, FIRST_LEASE
from imtui.server.store.sql import schema
from tests.simulation.virtual_time import WALL_START, Process, World

_IDLE_MAX: Final = 30.0
"""After so many seconds in which a transaction does nothing its session is ended."""

_LEASE: Final = f"""
CREATE TABLE lease (
    id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL, holder TEXT NOT NULL,
    pid INTEGER NOT NULL, expires REAL NOT NULL, batch INTEGER NOT NULL,
    schema_version INTEGER NOT NULL, address TEXT NOT NULL, link_key BLOB NOT NULL
);
INSERT INTO lease VALUES (1, 0, '', 0, 0.0, 0, {schema.SCHEMA_VERSION}, '', x'00');
"""
_WORDS: Final = (
    (r"make_interval\(secs => \?\)", "?"),
    (r"extract\(epoch FROM clock_timestamp\(\)\)::float8", "clock_timestamp()"),
    (r"FOR UPDATE( SKIP LOCKED)?", ""),
    (r"AND a\.usename = current_user", ""),
    (r"pg_stat_activity", "(SELECT value AS pid FROM json_each(session_pids()))"),
    (r"::bigint", ""),
)
_IS_ABSENT: Final = "SELECT 1 FROM messages WHERE sender = ? AND msg_id = ?"

Carried = tuple[int, list[Change]]
"""The epoch of the core that commits, and the changes that may be durable then."""


class Backend:
    """The server's side of a session."""

    def __init__(self, database: "Database", pid: int, node: str) -> None:
        self.pid = pid
        self.node = node
        self.is_over = False
        self.is_left = False
        """Whether its client is gone, or counts it as gone."""
        self.commits_at: float | None = None
        """When the commit that was asked for is durable."""
        self.carried: Carried | None = None
        self.is_failed = False
        """Whether the transaction can only be undone any more."""
        self._has_begun = False
        self._database = database
        self._used_at = database.world.now
        self._connection = database.connect_file()
        for name, count, function in (
            ("pg_backend_pid", 0, lambda: pid),
            ("clock_timestamp", 0, database.clock),
            ("session_pids", 0, lambda: json.dumps(list(database.backends))),
            ("pg_terminate_backend", 2, lambda ended, wait: database.terminate(ended)),
            ("nextval", 1, lambda sequence: next(database.edge_numbers)),
        ):
            self._connection.create_function(name, count, function)

    @property
    def is_idle_for_long(self) -> bool:
        """Tell whether its transaction has done nothing for long."""
        is_idle = self._has_begun and self.commits_at is None
        return is_idle and self._database.world.now > self._used_at + _IDLE_MAX

    @property
    def has_row(self) -> bool:
        """Tell whether its transaction has the row of the lease."""
        return self._connection.in_transaction

    def begin(self) -> None:
        """Begin a transaction; its first statement takes the row of the lease."""
        self._has_begun = True
        self._used_at = self._database.world.now

    def run(self, sql: str, values: Sequence[Any]) -> tuple[list[Any], int]:
        """Execute a statement; return its rows, and how many it has changed.

        Raises what sqlite3 raises; an OperationalError if another session has the lease's row.
        """
        self._used_at = self._database.world.now
        if self._has_begun and not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
        if sql == positional(ABSENT):
            execute = self._connection.execute
            asked = zip(*values, strict=True)
            return [one for one in asked if not execute(_IS_ABSENT, one).fetchone()], 0
        if sql == positional(FIRST_LEASE[0]):
            return [], 0
        if sql == positional(_TAKE) and self._database.is_locked(self):
            # It skips a row that another session has.
            return [], 0
        done = self._connection.execute(_translated(sql), values)
        rows = done.fetchall()
        if sql == positional(_TAKE) and rows:
            self._database.epoch = rows[0][0]
        return rows, done.rowcount

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Execute a statement with the values of each row; raises what sqlite3 raises."""
        for values in rows:
            self.run(sql, values)

    def fail(self) -> None:
        """Let the transaction, if there is one, only be undone any more."""
        self.is_failed = self._has_begun

    def commit(self) -> None:
        """Make the transaction durable."""
        self.commits_at, carried, self.carried = None, self.carried, None
        self._has_begun = False
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
            if carried is not None:
                self._database.on_commit(*carried)

    def rollback(self) -> None:
        """Undo the transaction."""
        self.commits_at = self.carried = None
        self._has_begun = self.is_failed = False
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def end(self) -> None:
        """End the session; a commit under way may be made or not."""
        if self.commits_at is not None and self._database.world.random.random() < 0.5:
            self.commit()
        self.rollback()
        self.is_over = True
        del self._database.backends[self.pid]
        self._connection.close()


class Database:
    """The database of all nodes."""

    def __init__(self, world: World, path: Path) -> None:
        self.world = world
        self.path = path
        self.backends: dict[int, Backend] = {}
        """The sessions, by number."""
        self.edge_numbers = itertools.count(1, EDGE_NUMBERS)
        self.epoch = 0
        """The newest one for which the lease was taken."""
        self.on_commit: Callable[[int, list[Change]], None] = lambda epoch, changes: None
        self.down_until = 0.0
        self.slow_until = self.slowest = 0.0
        """Until when statements are slow, and how long they take at most, in seconds."""
        self._cut_until: dict[str, float] = {}
        """Until when each node does not reach it."""
        self.lost_commits: list[str] = []
        """How sessions end with the next commits: before or after these are durable."""
        self.stopped_commits: list[Callable[[Process], None]] = []
        """Called with the processes that ask for the next commits, to stop them before these."""
        self.lost_calls: list[str] = []
        """How sessions end with the next statements: before or after these are executed."""
        self._pids = itertools.count(1000)
        made = self.connect_file()
        made.executescript(f"PRAGMA journal_mode = WAL; {schema.EMPTY} {_LEASE}")
        made.close()

    def clock(self) -> float:
        """Return the wall time, in Unix seconds."""
        return WALL_START + self.world.now

    def connect_file(self) -> sqlite3.Connection:
        """Return a connection to the file."""
        connection = sqlite3.connect(
            self.path, isolation_level=None, timeout=0.0, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    # As sessions see it

    @property
    def is_down(self) -> bool:
        """Tell whether it does not run."""
        return self.world.now < self.down_until

    @property
    def is_slow(self) -> bool:
        """Tell whether statements take long."""
        return self.world.now < self.slow_until

    def is_cut(self, node: str) -> bool:
        """Tell whether nothing passes between it and a node."""
        return self.world.now < self._cut_until.get(node, 0.0)

    def is_locked(self, backend: Backend) -> bool:
        """Tell whether another session has the row of the lease."""
        others = (one for one in self.backends.values() if one is not backend)
        return any(one.has_row for one in others)

    def connect(self, node: str) -> Backend:
        """Begin a session."""
        pid = next(self._pids)
        backend = self.backends[pid] = Backend(self, pid, node)
        return backend

    def look(self) -> None:
        """Do what was due meanwhile: nobody sees it before."""
        for backend in list(self.backends.values()):
            if backend.commits_at is not None and self.world.now >= backend.commits_at:
                backend.commit()
            is_left = backend.is_left and not self.is_cut(backend.node)
            if (is_left and backend.commits_at is None) or backend.is_idle_for_long:
                backend.end()

    def terminate(self, pid: int) -> None:
        """End a session."""
        if pid in self.backends:
            self.backends[pid].end()

    # What is done to it

    def crash(self, seconds: float) -> None:
        """End all sessions, and begin none for so long; what is committed stays."""
        self.down_until = max(self.down_until, self.world.now + seconds)
        self.look()
        for backend in list(self.backends.values()):
            backend.end()

    def cut(self, node: str, seconds: float) -> None:
        """Let nothing pass between it and a node for so long."""
        self.look()
        until = max(self._cut_until.get(node, 0.0), self.world.now + seconds)
        self._cut_until[node] = until

    def heal(self) -> None:
        """Let everything work from now on."""
        self.look()
        self.down_until = self.slow_until = 0.0
        self._cut_until.clear()
        self.lost_commits.clear()
        self.lost_calls.clear()
        self.stopped_commits.clear()

    def close(self) -> None:
        """End all sessions."""
        for backend in list(self.backends.values()):
            backend.end()


@lru_cache
def _translated(sql: str) -> str:
    # Each stands there once, and in order.
    sql = re.sub(r"\$\d+", "?", sql)
    for words, ours in _WORDS:
        sql = re.sub(words, ours, sql)
    return sql
