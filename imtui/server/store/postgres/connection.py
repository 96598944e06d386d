"""A connection to PostgreSQL that is used like one to SQLite: each call waits for its answer.

It runs on an event loop of its own thread. The core waits for it as it waits for a disk, so that
whatever the core does next sees what it did before.
"""

import asyncio
import threading
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from concurrent.futures import TimeoutError as LateError
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import Any, Final, TypeVar

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from imtui.server.store.postgres.failures import FAILURES
from imtui.server.store.postgres.texts import decode_text, encode_text

CONNECT_WITHIN: Final = 5.0
"""In seconds."""
ANSWER_WITHIN: Final = 2.0
"""How long a statement may take, in seconds."""
_EACH_ROW: Final = 0.001
"""How long a statement may take for each row, if that is longer, in seconds."""
_SLACK: Final = 1.0
"""How much later the caller gives up, in seconds."""

_SETTINGS: Final = f"""
SET statement_timeout = '{ANSWER_WITHIN:.0f}s';
SET idle_in_transaction_session_timeout = '30s';
SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 4;
SET tcp_user_timeout = '9s';
"""
"""PostgreSQL ends the session of a machine that is cut off, which may hold the lease for long. By
then its core has missed answers, and tells nothing more."""

T = TypeVar("T")


class Result:
    """The rows of a statement."""

    def __init__(self, rows: Sequence[Any], status: str) -> None:
        """Keep the rows, and what PostgreSQL says of the statement, such as ``DELETE 5``."""
        self._rows = rows
        self._status = status
        self._next = 0

    @property
    def rowcount(self) -> int:
        """How many rows were changed or returned."""
        return int(self._status.rpartition(" ")[2])

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        if self._next == len(self._rows):
            return None
        self._next += 1
        return self._rows[self._next - 1]

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        rows = [tuple(row) for row in self._rows[self._next :]]
        self._next = len(self._rows)
        return rows


class Connection:
    """One session of PostgreSQL; it is opened again when it is used after it was lost."""

    def __init__(self, dsn: str | None, password: str | None = None) -> None:
        """Prepare; ``open`` connects.

        Args:
            dsn: Which database; None for what the environment says.
            password: The password, if the environment or a password file does not have it.
        """
        self._dsn = dsn
        self._password = password
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="postgres", daemon=True)
        self._thread.start()
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._statements: dict[str, PreparedStatement[asyncpg.Record]] = {}
        self._within = ANSWER_WITHIN
        self.session = 0
        """Counts the sessions that there were."""
        self.in_transaction = False
        """Whether a transaction has begun."""

    @contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        """Let each statement take so long for as long as the context lasts."""
        self.open()
        self.script(f"SET statement_timeout = '{seconds:.0f}s'")
        self._within = seconds
        try:
            yield
        finally:
            self._within = ANSWER_WITHIN
            if self.in_transaction:
                # It has failed, and takes no more statements.
                self.drop()
            elif self.is_open:
                self.script(f"SET statement_timeout = '{ANSWER_WITHIN:.0f}s'")

    def another(self) -> "Connection":
        """Return another connection to the same database, which is not open yet."""
        return Connection(self._dsn, self._password)

    @property
    def is_open(self) -> bool:
        """Tell whether there is a session."""
        return self._connection is not None and not self._connection.is_closed()

    @property
    def pid(self) -> int:
        """Return the number of the process that serves the session."""
        assert self._connection is not None
        return self._connection.get_server_pid()

    def open(self) -> None:
        """Connect, unless there is a session; raises what asyncpg raises, or OSError.

        If the session was lost in a transaction, it raises ConnectionError at first.
        """
        if self.is_open:
            return
        if self.in_transaction:
            self.drop()
            raise ConnectionError("the session was lost in a transaction")
        self._call(self._open(), CONNECT_WITHIN)
        self.session += 1

    def close(self) -> None:
        """End the session and the thread; what was not committed is undone."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def script(self, sql: str) -> str:
        """Execute statements without values, and return what PostgreSQL says of the last one."""
        return self._call(self._script(sql))

    def begin(self) -> None:
        """Begin a transaction."""
        self.script("BEGIN")
        self.in_transaction = True

    def commit(self) -> None:
        """Commit the transaction."""
        self.script("COMMIT")
        self.in_transaction = False

    def rollback(self) -> None:
        """Undo the transaction; a session that does not answer is given up."""
        self.in_transaction = False
        try:
            self.script("ROLLBACK")
        except FAILURES:
            self.drop()

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Result:
        """Execute a statement with question marks for its values."""
        return self._call(self._execute(sql, values))

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Execute a statement with the values of each row."""
        values = list(rows)
        self._call(self._executemany(sql, values), max(self._within, len(values) * _EACH_ROW))

    def _call(self, work: Awaitable[T], seconds: float | None = None) -> T:
        within = self._within if seconds is None else seconds

        async def bounded() -> T:
            async with asyncio.timeout(within):
                return await work

        future = asyncio.run_coroutine_threadsafe(bounded(), self._loop)
        try:
            return future.result(within + _SLACK)
        except (TimeoutError, LateError) as error:
            future.cancel()
            self.drop()
            raise TimeoutError(f"there was no answer for {within:.0f} s") from error

    def drop(self) -> None:
        """End the session at once, and with it what it holds."""
        connection, self._connection = self._connection, None
        self.in_transaction = False
        if connection is not None:
            self._loop.call_soon_threadsafe(connection.terminate)

    async def _end(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.close(timeout=_SLACK)
            except FAILURES:
                connection.terminate()
        # The socket is closed in the next turn.
        await asyncio.sleep(0)

    async def _open(self) -> None:
        self._statements.clear()
        try:
            connection = await asyncpg.connect(
                self._dsn,
                password=self._password,
                timeout=CONNECT_WITHIN,
                statement_cache_size=0,
                server_settings={"application_name": "imtui"},
            )
        except ValueError:
            # What it says may have a part of the password.
            raise ConnectionError("the address of the database is malformed") from None
        try:
            # Not as the session begins: a pool does not let that through.
            await connection.execute(_SETTINGS)
            await connection.set_type_codec(
                "text",
                schema="pg_catalog",
                encoder=encode_text,
                decoder=decode_text,
                format="binary",
            )
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection

    def _opened(self) -> "asyncpg.Connection[asyncpg.Record]":
        if self._connection is None:
            raise ConnectionError("the connection is lost")
        return self._connection

    async def _script(self, sql: str) -> str:
        return await self._opened().execute(sql)

    async def _prepared(self, sql: str) -> "PreparedStatement[asyncpg.Record]":
        found = self._statements.get(sql)
        if found is None:
            found = self._statements[sql] = await self._opened().prepare(positional(sql))
        return found

    async def _execute(self, sql: str, values: Sequence[Any]) -> Result:
        statement = await self._prepared(sql)
        rows = await statement.fetch(*values)
        return Result(rows, statement.get_statusmsg() or "")

    async def _executemany(self, sql: str, rows: list[Sequence[Any]]) -> None:
        statement = await self._prepared(sql)
        await statement.executemany(rows)


@lru_cache
def positional(sql: str) -> str:
    """Return a statement with ``$1``, ``$2`` … instead of question marks."""
    numbers = count(1)
    first, *rest = sql.split("?")
    return first + "".join(f"${next(numbers)}{part}" for part in rest)
