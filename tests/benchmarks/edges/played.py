"""Very many connections over ten edges, of which only the links are real.

The core is a process of its own; this process plays the edges, and what their clients ask for.
"""

import asyncio
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from msgspec import Raw

from imtui.protocol.jsonrpc import Request, encode
from imtui.protocol.messages import Method
from imtui.protocol.proof import Proof, SigID
from imtui.server.core.accounts.changes import AccountRegistered
from imtui.server.core.friends.changes import FriendsAdded
from imtui.server.link.link_socket import LinkSocket
from imtui.server.link.ports import EDGE_SHIFT
from imtui.server.link.remote_core import RemoteCore
from imtui.server.node.config import BackendConfig
from imtui.server.node.edges.children import start_child
from imtui.server.node.edges.setup import Role, Setup
from imtui.server.store.sqlite.store import SQLiteStore
from tests.benchmarks.app_key import app_key_in
from tests.benchmarks.cpu import cpu_of
from tests.server.link.silent_edge import SilentEdge

EDGES: Final = 10
CHANGES, LOGINS, MESSAGES = 10, 4, 20
"""What each user does in an hour."""
_HOUR: Final = 3600.0
_AT_ONCE: Final = 2000
_TURN: Final = 0.05
_FRIENDS: Final = 10
_WITHIN: Final = 300.0


@dataclass(frozen=True)
class Played:
    """The core's CPU time in seconds."""

    login: float
    """For each first login."""
    load: float
    """In a second of the load."""
    rate: float
    """How many requests came in a second."""


def _ended(sessions: set[int]) -> None:
    raise RuntimeError("the core has ended")


def _request(method: Method, params: dict[str, Any]) -> Request:
    return Request("2.0", method, Raw(encode(params)), 1)


class _Clients:
    """The clients of all edges."""

    def __init__(self, cores: list[RemoteCore], sinks: list[SilentEdge], users: int) -> None:
        self._cores = cores
        self._users = users
        self._sessions: dict[int, int] = {}
        self._next_session = 1
        self._unanswered = 0
        self._all_answered = asyncio.Event()
        for sink in sinks:
            sink.answered = self._answered
            sink.gone_away = _ended

    def log_in(self, number: int) -> None:
        """Log a user in on a new connection; an earlier one is lost."""
        core = self._core_of(number)
        if number in self._sessions:
            core.lost(self._sessions[number])
        session = ((number % EDGES + 1) << EDGE_SHIFT) + self._next_session
        self._next_session += 1
        self._sessions[number] = session
        user = f"u{number}"
        params = {"sdkAppID": 1400000000, "userID": user, "instanceID": f"i{number}"}
        proof = Proof(user, int(time.time()), SigID(b"0" * 16, 2**40))
        core.login(session, proof, _request(Method.LOGIN, params), "", 0.0)
        self._unanswered += 1

    def change(self, number: int) -> None:
        """Let a user set a custom status."""
        self._ask(number, Method.SET_SELF_STATUS, {"customStatus": secrets.token_hex(8)})

    def write(self, number: int) -> None:
        """Let a user write to a friend."""
        friend = f"u{(number + 1) % self._users}"
        params = {"userID": friend, "msgID": secrets.token_hex(12), "text": "How are you today?"}
        self._ask(number, Method.SEND_MESSAGE, params)

    async def answered(self) -> None:
        """Wait until all is answered."""
        self._all_answered.clear()
        if self._unanswered:
            async with asyncio.timeout(_WITHIN):
                await self._all_answered.wait()

    def _answered(self) -> None:
        self._unanswered -= 1
        if not self._unanswered:
            self._all_answered.set()

    def _ask(self, number: int, method: Method, params: dict[str, Any]) -> None:
        request = _request(method, params)
        self._core_of(number).request(self._sessions[number], request, 0.0)
        self._unanswered += 1

    def _core_of(self, number: int) -> RemoteCore:
        return self._cores[number % EDGES]


def play(folder: Path, users: int, seconds: float) -> Played:
    """Measure the core while so many users are connected, and then for so many seconds of load."""
    app_key_in(folder / "data")
    _fill(folder / "data" / "imtui.db", users)
    return asyncio.run(_play(folder, users, seconds))


async def _play(folder: Path, users: int, seconds: float) -> Played:
    key, link = secrets.token_bytes(32), folder / "l"
    async with AsyncExitStack() as stack:
        sock = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        sock.bind(str(link))
        config = BackendConfig(data_dir=folder / "data")
        setup = Setup(Role.CORE, config, key, str(link), sock.fileno())
        child = await start_child(setup, config.data_dir)
        stack.push_async_callback(child.end)
        await child.until_ready()
        cores, sinks = [], []
        for number in range(1, EDGES + 1):
            core, sink = RemoteCore(_connect_to(link), key, number), SilentEdge()
            core.serve(sink)
            running = asyncio.create_task(core.run())
            stack.callback(running.cancel)
            await core.welcome
            cores.append(core)
            sinks.append(sink)
        clients = _Clients(cores, sinks, users)
        used = cpu_of(child.pid)
        for number in range(users):
            clients.log_in(number)
            if number % _AT_ONCE == _AT_ONCE - 1:
                await clients.answered()
        await clients.answered()
        login = (cpu_of(child.pid) - used) / users
        used, began = cpu_of(child.pid), time.perf_counter()
        done = await _load(clients, users, seconds)
        took = time.perf_counter() - began
        return Played(login, (cpu_of(child.pid) - used) / took, done / took)


async def _load(clients: _Clients, users: int, seconds: float) -> int:
    """Let users do what they do in an hour, evenly; return how much was done."""
    loop = asyncio.get_running_loop()
    began, done = loop.time(), 0
    kinds = [clients.change] * CHANGES + [clients.log_in] * LOGINS + [clients.write] * MESSAGES
    # Steps that have no common factor with either, so that all do everything.
    todo = cycle(range(0, users * 7919, 7919))
    rate = users * len(kinds) / _HOUR
    while (passed := loop.time() - began) < seconds:
        while done < passed * rate:
            kinds[done % len(kinds)](next(todo) % users)
            done += 1
        await asyncio.sleep(_TURN)
    await clients.answered()
    return done


def _connect_to(link: Path) -> Callable[[Callable[[], LinkSocket]], Any]:
    async def connect(make: Callable[[], LinkSocket]) -> object:
        return await asyncio.get_running_loop().create_unix_connection(make, str(link))

    return connect


def _fill(database: Path, users: int) -> None:
    """Register all users, each with some friends."""
    store = SQLiteStore(database)
    store.load()
    for number in range(users):
        store.write([AccountRegistered(number + 1, f"u{number}", 0)])
    store.commit()
    for start in range(0, users, _AT_ONCE):
        store.write(_friends(start, min(start + _AT_ONCE, users), users))
        store.commit()
    store.close()


def _friends(start: int, end: int, users: int) -> Iterator[FriendsAdded]:
    near = [*range(-_FRIENDS // 2, 0), *range(1, _FRIENDS // 2 + 1)]
    for number in range(start, end):
        friends = {(number + step) % users for step in near} - {number}
        yield FriendsAdded(f"u{number}", tuple(f"u{friend}" for friend in sorted(friends)))
