"""The real connection over a played session of the database; each call takes virtual time."""

import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from types import SimpleNamespace
from typing import Any, Final, TypeVar, cast

import asyncpg

from imtui.server.store.postgres.connection import ANSWER_WITHIN, Connection
from tests.simulation.blocking import BlockingProcess, KilledError
from tests.simulation.shared.database import Backend, Carried, Database

_LOOK_EVERY: Final = 0.1
"""How often a statement looks whether the row that it waits for is free."""
_QUICK_MAX: Final = 0.02
_NOT_AT_ONCE: Final = 0.03
"""The part of all statements that take any time, as long as nothing is wrong."""

T = TypeVar("T")


class PlayedConnection(Connection):
    """One session of a process with the played database."""

    def __init__(self, database: Database, process: BlockingProcess, node: str) -> None:
        self._database = database
        self._process = process
        self._node = node
        self._connection = None
        self._statements = {}
        self._within = ANSWER_WITHIN
        self.session = 0
        self.in_transaction = False
        self._loop = cast(Any, SimpleNamespace(call_soon_threadsafe=lambda function: function()))
        self.deadline = 0.0
        """When whoever called gives up."""
        self.carries: Carried | None = None
        """What the next commit makes durable."""

    @property
    def has_lost_unknown(self) -> bool:
        """Tell whether the session has ended and the end does not reach this node.

        Others take over at once then, and this node answers reads until it misses an answer.
        """
        session = self._connection
        return isinstance(session, Session) and session.is_over and not session.is_closed()

    def another(self) -> Connection:
        return PlayedConnection(self._database, self._process, self._node)

    def close(self) -> None:
        self.drop()

    def _call(self, work: Awaitable[T], seconds: float | None = None) -> T:
        coroutine = cast(Coroutine[Any, Any, T], work)
        if self._process.is_dead:
            coroutine.close()
            raise KilledError
        within = self._within if seconds is None else seconds
        self.deadline = self._process.world.now + within
        try:
            coroutine.send(None)
        except StopIteration as done:
            return cast(T, done.value)
        except TimeoutError as error:
            self.drop()
            raise TimeoutError(f"there was no answer for {within:.0f} s") from error
        raise AssertionError("it waits for something that is not played")

    async def _open(self) -> None:
        self._statements.clear()
        database, process = self._database, self._process
        if database.is_cut(self._node):
            self.wait(self.deadline)
            raise TimeoutError
        if database.is_down:
            raise ConnectionRefusedError("nobody listens")
        database.look()
        session = Session(self, database, database.connect(self._node), process)
        self._connection = cast(Any, session)

    def wait(self, until: float) -> None:
        """Let time pass, also none."""
        self._process.block(max(0.0, until - self._process.world.now))


class Session:
    """The client's side of a session, as asyncpg shows it."""

    def __init__(
        self,
        connection: PlayedConnection,
        database: Database,
        backend: Backend,
        process: BlockingProcess,
    ) -> None:
        self._connection = connection
        self._database = database
        self._backend = backend
        self._process = process
        self._random = process.world.random
        self._world = process.world

    def is_closed(self) -> bool:
        backend = self._backend
        is_known = backend.is_over and not self._database.is_cut(backend.node)
        return backend.is_left or is_known

    @property
    def is_over(self) -> bool:
        """Tell whether the server has ended it."""
        return self._backend.is_over

    def get_server_pid(self) -> int:
        return self._backend.pid

    def terminate(self) -> None:
        self._backend.is_left = True

    async def execute(self, sql: str) -> str:
        """Begin or end a transaction; settings are not played."""
        backend = self._backend
        if sql == "BEGIN":
            self._ask(backend.begin)
        elif sql == "ROLLBACK":
            self._ask(backend.rollback)
        elif sql == "COMMIT":
            self._commit()
        return sql

    async def prepare(self, sql: str) -> "Prepared":
        return Prepared(self, sql)

    def run(self, sql: str, values: Sequence[Any]) -> tuple[list[Any], int]:
        """Execute a statement."""
        return self._ask(lambda: self._guarded(sql, lambda: self._backend.run(sql, values)))

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Execute a statement with the values of each row."""
        self._ask(lambda: self._guarded(sql, lambda: self._backend.run_many(sql, rows)))

    def _guarded(self, sql: str, work: Callable[[], T]) -> T:
        if self._backend.is_failed:
            raise asyncpg.InFailedSQLTransactionError("the transaction is aborted")
        try:
            return work()
        except sqlite3.IntegrityError as error:
            self._backend.fail()
            self._world.blame(f"the database refuses a row: {error}: {sql}")
            raise asyncpg.UniqueViolationError(str(error)) from error

    def _ask(self, work: Callable[[], T]) -> T:
        """Let the server do something, when it has time, and return its answer."""
        database = self._database
        self._arrive()
        slow = database.is_slow
        if slow or self._random.random() < _NOT_AT_ONCE:
            self._take(self._random.random() * (database.slowest if slow else _QUICK_MAX))
        lost = database.lost_calls.pop() if database.lost_calls else ""
        if lost == "before":
            self._end()
        while True:
            try:
                done = work()
                if lost:
                    self._end()
                return done
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
            self._take(_LOOK_EVERY)

    def _arrive(self) -> None:
        """Let a call reach the server, or not."""
        database, backend = self._database, self._backend
        if self.is_closed():
            raise asyncpg.InterfaceError("the connection is closed")
        self._pass_cut()
        database.look()
        if backend.is_over:
            # Its transaction has done nothing for too long.
            self._end()

    def _pass_cut(self) -> None:
        """Wait until something passes to the server again; raises TimeoutError if it is late."""
        while self._database.is_cut(self._backend.node):
            if self._world.now >= self._connection.deadline:
                raise TimeoutError
            self._connection.wait(min(self._connection.deadline, self._world.now + _LOOK_EVERY))

    def _take(self, seconds: float) -> None:
        """Let the server take some time; what takes too long is ended on either side."""
        deadline = self._connection.deadline
        until = self._world.now + seconds
        self._connection.wait(min(until, deadline))
        self._check_there()
        if until >= deadline:
            if self._random.random() < 0.5:
                raise TimeoutError
            self._backend.fail()
            raise asyncpg.QueryCanceledError("canceling statement due to statement timeout")

    def _commit(self) -> None:
        backend, database, connection = self._backend, self._database, self._connection
        self._arrive()
        if backend.is_failed:
            backend.rollback()
            return
        backend.carried, connection.carries = connection.carries, None
        if database.stopped_commits:
            database.stopped_commits.pop()(self._process)
            connection.wait(self._world.now)
            self._check_there()
        if database.lost_commits and backend.carried is not None and backend.carried[1]:
            if database.lost_commits.pop() == "after":
                backend.commit()
            self._end()
        is_quick = not database.is_slow and self._random.random() > _NOT_AT_ONCE
        most = database.slowest if database.is_slow else _QUICK_MAX
        seconds = 0.0 if is_quick else self._random.random() * most
        backend.commits_at = self._world.now + seconds
        if not is_quick:
            # It goes on if nobody waits for it any more.
            connection.wait(min(backend.commits_at, connection.deadline))
            self._check_there()
            if self._world.now < (backend.commits_at or 0.0):
                raise TimeoutError
        if backend.commits_at is not None:
            backend.commit()

    def _end(self) -> None:
        """Let the session end by a fault."""
        if not self._backend.is_over:
            self._backend.end()
        raise asyncpg.ConnectionDoesNotExistError("the connection was closed")

    def _check_there(self) -> None:
        """Raise if the session has ended, or its answer does not come any more."""
        self._pass_cut()
        if self._backend.is_over:
            self._end()


class Prepared:
    """A statement of a session."""

    def __init__(self, session: Session, sql: str) -> None:
        self._session = session
        self._sql = sql
        self._changed = 0

    async def fetch(self, *values: Any) -> list[Any]:
        rows, self._changed = self._session.run(self._sql, values)
        return rows

    def get_statusmsg(self) -> str:
        return f"DONE {self._changed}"

    async def executemany(self, rows: Sequence[Sequence[Any]]) -> None:
        self._session.run_many(self._sql, rows)
