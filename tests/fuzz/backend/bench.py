"""A whole backend without sockets, in virtual time."""

import asyncio
import logging
import tempfile
import typing
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from websockets.frames import Opcode

from imtui.protocol.app_key import AppKey
from imtui.protocol.messages import Method
from imtui.protocol.rest.admin import check_admin
from imtui.protocol.usersig import sign
from imtui.server.audit import no_audit
from imtui.server.commands.change_log import ChangeLog
from imtui.server.commands.rest import Rest
from imtui.server.core.console import Console
from imtui.server.core.core import Core
from imtui.server.core.logins.administration import set_console
from imtui.server.edge.addresses import Peer, TrustedProxies
from imtui.server.edge.connection import Connection
from imtui.server.edge.edge import Edge
from imtui.server.edge.login_guard import LoginGuard
from imtui.server.edge.memory import Trimmer
from imtui.server.edge.places import PlaceLimits, Places
from imtui.server.edge.shared import Shared
from imtui.server.edge.turns.fair_loop import Ranks
from imtui.server.edge.turns.turns import Turns
from imtui.server.instant import Instant
from imtui.server.link.frames import About
from imtui.server.link.nodes import OneNode
from imtui.server.link.ports import HTTPAnswer, HTTPRequest
from imtui.server.metrics import Metrics
from imtui.server.node.core_host import CoreHost
from imtui.server.process_metrics import ProcessMetrics
from imtui.server.store.sqlite.store import SQLiteStore
from tests.benchmarks.peers.frames import text_frame
from tests.fuzz.backend.values import document
from tests.server.edge.websocket.test_websocket import HANDSHAKE
from tests.server.edge.websocket.test_websocket_pieces import Wire
from tests.server.trusting import ring_of, trust_in

T = TypeVar("T")

KEY: Final = AppKey(1_400_000_000, "5" * 64)
WALL_START: Final = 1_700_000_000
"""The wall clock at the start, in Unix seconds."""
_HEARTBEAT_TIMEOUT: Final = 400.0
_NEVER: Final = 3600.0
_PLACES: Final = 100
_PEER: Final = Peer("", is_local=True, is_proxy=True)
_TURNS: Final = 1000
_memory: Final = Path("/dev/shm")

Message = dict[str, Any]

ADMIN: Final = "administrator"


class Fault(AssertionError):
    """The backend did what it must not."""


def user_sig(user_id: str) -> str:
    """Return a UserSig for a user, valid from the start."""
    return sign(user_id, KEY.sdk_app_id, KEY.secret_key, now=WALL_START - 1)


_QUERY: Final = {
    "sdkappid": str(KEY.sdk_app_id),
    "identifier": ADMIN,
    "usersig": user_sig(ADMIN),
    "random": "1",
    "contenttype": "json",
}


class Client:
    """The client's end of a connection."""

    def __init__(self, connection: Connection) -> None:
        """Connect, without the handshake."""
        self._connection = connection
        self._wire = Wire()
        self._last_id = 0
        connection.connection_made(self._wire)

    @property
    def is_open(self) -> bool:
        """Tell whether the backend still handles what is sent."""
        return self._connection.is_open

    def send(self, data: bytes) -> None:
        """Send bytes, in pieces as large as the backend reads."""
        while data and not self._wire.is_closing():
            buffer = self._connection.get_buffer(-1)
            piece, data = data[: len(buffer)], data[len(buffer) :]
            buffer[: len(piece)] = piece
            self._connection.buffer_updated(len(piece))

    async def ask(self, method: str, params: str) -> Message | None:
        """Return the answer to a request; None if the backend closed the connection instead.

        Raises:
            Fault: It did neither.
        """
        self._last_id += 1
        head = f'{{"jsonrpc": "2.0", "id": {self._last_id}, "method": "{method}", "params": '
        self.send(text_frame(f"{head}{params}}}".encode()))
        for _ in range(_TURNS):
            for message in self.messages():
                # What cannot be read is answered without an ID.
                if "id" in message and message["id"] in (self._last_id, None):
                    return message
            if not self.is_open:
                return None
            await asyncio.sleep(0)
        raise Fault(f"{method} was not answered")

    def messages(self) -> list[Message]:
        """Return the messages since the last call."""
        return [
            msgspec.json.decode(data) for opcode, data in self._frames() if opcode == Opcode.TEXT
        ]

    def lose(self) -> None:
        """Lose the connection."""
        self._connection.connection_lost(None)

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        happened, self._wire.happened[:] = self._wire.happened[:], []
        sent = b"".join(one for one in happened if isinstance(one, bytes))
        while sent:
            size, start = sent[1], 2
            if size >= 126:
                start = 4 if size == 126 else 10
                size = int.from_bytes(sent[2:start])
            yield sent[0] & 0x0F, sent[start : start + size]
            sent = sent[start + size :]


class Bench:
    """A backend: a core, its database and an edge."""

    def __init__(self, folder: Path, tasks: asyncio.TaskGroup) -> None:
        """Start without accounts; needs a running event loop.

        Args:
            folder: For the database.
            tasks: For what the backend does on the side.
        """
        self.seconds = 0.0
        self.metrics = Metrics()
        self._database = folder / "imtui.db"
        self._store = SQLiteStore(self._database)
        core = Core(self._store.load(), self.now(), archive=self._store.archive)
        # What an account may not do too often is not reached otherwise.
        hints = typing.get_type_hints(Console)
        unlimited = {name: "0" for name, kind in hints.items() if kind is int}
        set_console(core.admin(self.now()), unlimited)
        edge = Edge(self.now, _HEARTBEAT_TIMEOUT, self.metrics, trust_in(KEY))
        self._host = CoreHost(core, self._store, edge, self.now, self.metrics)
        edge.core = self._host
        self._edge = edge
        self._ids = iter(range(1, 1 << 30))
        loop = asyncio.get_running_loop()
        self._shared = Shared(
            edge,
            LoginGuard(self.now, no_audit),
            no_audit,
            self.now,
            lambda: 0.0,
            self.metrics,
            _NEVER,
            _NEVER,
            TrustedProxies(),
            lambda: None,
            (None,),
            tasks,
            loop,
            Places(PlaceLimits(_PLACES)),
            Trimmer(loop),
            Turns(loop, self._host.buckets),
            Ranks(loop),
        )
        commits = self._host.commits
        self._rest = Rest(
            core,
            self.now,
            self._host.carry_on,
            commits.durable,
            lambda: commits.failure,
            ChangeLog(lambda: self.now().unix_ms),
            ProcessMetrics(self.metrics),
            OneNode(About(), lambda: 0),
        )

    def now(self) -> Instant:
        """Return the current time."""
        return Instant(1000 + self.seconds, (WALL_START * 1000) + round(self.seconds * 1000))

    async def post(self, path: str, body: str) -> HTTPAnswer:
        """Return the answer to a command of the admin."""
        proof = check_admin(ring_of(KEY), (ADMIN,), _QUERY, self.now().unix_ms)
        request = HTTPRequest("POST", path, _QUERY, body.encode(), proof=proof)
        return await self._rest.answer(request)

    def connect(self) -> Client:
        """Return a connection before its handshake."""
        return Client(Connection(self._shared, next(self._ids), _PEER))

    def open(self) -> Client:
        """Return a connection after its handshake."""
        client = self.connect()
        client.send(HANDSHAKE)
        return client

    async def log_in(self, user_id: str) -> Client:
        """Return a connection that is logged in, on the user's own device."""
        client = self.open()
        claimed = {"sdkAppID": KEY.sdk_app_id, "userID": user_id, "userSig": user_sig(user_id)}
        await client.ask(Method.LOGIN, document({**claimed, "instanceID": f"{user_id}-device"}))
        return client

    def stop(self) -> None:
        """Close all connections and the database."""
        for connection in list(self._shared.connections):
            connection.connection_lost(None)
        self._edge.stop()
        self._host.commits.stop()
        self._store.commit()
        self._store.close()

    def check_stored(self) -> None:
        """Check that the next start can read what was stored, after ``stop``."""
        store = SQLiteStore(self._database)
        Core(store.load(), self.now(), archive=store.archive)
        store.close()


class _Keeping(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.ERROR)
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


@contextmanager
def nothing_logged() -> Iterator[None]:
    """Raise a fault if an error is logged while the context lasts."""
    records: list[logging.LogRecord] = []
    handler = _Keeping(records)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
    if records:
        error = records[0].exc_info[1] if records[0].exc_info else None
        raise Fault(f"logged: {records[0].getMessage()}: {error!r}") from error


@contextmanager
def new_folder() -> Iterator[Path]:
    """Make an empty folder, in memory if possible: a fuzz makes thousands of databases."""
    where = _memory if _memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="imtui-fuzz-", dir=where) as folder:
        yield Path(folder)


def run_on_bench(work: Callable[[Bench], Awaitable[T]], runner: asyncio.Runner) -> T:
    """Do some work with a new backend, and return its result.

    Raises:
        Fault: An error was logged, or the next start cannot read what was stored.
    """
    with new_folder() as folder, nothing_logged():
        return runner.run(_run(work, folder))


async def _run(work: Callable[[Bench], Awaitable[T]], folder: Path) -> T:
    async with asyncio.TaskGroup() as tasks:
        bench = Bench(folder, tasks)
        try:
            result = await work(bench)
        finally:
            bench.stop()
        bench.check_stored()
    return result
