"""One connection, its transport, and a core that a test speaks for."""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from typing import Any, cast

import msgspec
from msgspec import UNSET
from websockets.frames import Frame, Opcode

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import IMError
from imtui.protocol.jsonrpc import Request, encode_answer
from imtui.protocol.messages import Empty
from imtui.protocol.status import Platform
from imtui.protocol.usersig import sign
from imtui.server.audit import no_audit
from imtui.server.buckets import Buckets
from imtui.server.edge.addresses import Peer, TrustedProxies
from imtui.server.edge.before_callbacks.request_checks import RequestChecks, Sender, Verdict
from imtui.server.edge.connection import Connection
from imtui.server.edge.edge import Edge
from imtui.server.edge.login_guard import LoginGuard
from imtui.server.edge.memory import Trimmer
from imtui.server.edge.places import PlaceLimits, Places
from imtui.server.edge.shared import Shared
from imtui.server.edge.turns.fair_loop import Ranks
from imtui.server.edge.turns.turns import Turns
from imtui.server.metrics import Metrics
from imtui.server.node.config import present
from tests.server.edge.fakes import FakeCore
from tests.server.edge.websocket.test_websocket import HANDSHAKE, masked
from tests.server.edge.websocket.test_websocket_pieces import Wire
from tests.server.trusting import trust_in

SHARE = 0.1
KEY = AppKey(1400000001, "5" * 64)


class Checks:
    """Asks about sendMessage, and waits for a test to decide."""

    def __init__(self) -> None:
        self.asked: list[tuple[Sender, Request]] = []
        self.verdicts: asyncio.Queue[Verdict] = asyncio.Queue()

    def concerns(self, method: str) -> bool:
        return method == "sendMessage"

    async def check(self, sender: Sender, request: Request) -> Verdict:
        self.asked.append((sender, request))
        return await self.verdicts.get()


class Talk:
    """One connection, between a client and a core that a test speaks for."""

    def __init__(self, tasks: asyncio.TaskGroup, checks: Checks | None, **options: Any) -> None:
        loop = asyncio.get_running_loop()
        self.core = FakeCore()
        self.metrics = Metrics()
        self.edge = Edge(present, 400.0, self.metrics, trust_in(KEY))
        self.edge.core = self.core
        self.buckets: Buckets[Hashable] = Buckets(SHARE)
        self.tick: Callable[[], float] = lambda: 0.0
        """The clock of CPU time."""
        shared = Shared(
            self.edge,
            LoginGuard(present, no_audit),
            no_audit,
            present,
            lambda: self.tick(),
            self.metrics,
            options.get("login_timeout", 60.0),
            60.0,
            TrustedProxies(),
            lambda: cast(RequestChecks | None, checks),
            (None,),
            tasks,
            loop,
            Places(PlaceLimits(10)),
            Trimmer(loop),
            Turns(loop, self.buckets),
            Ranks(loop),
        )
        self.connection = Connection(shared, 1, Peer("", is_local=True, is_proxy=True))
        self.wire = Wire()
        self.connection.connection_made(self.wire)
        self._receive(HANDSHAKE)
        self.wire.happened.clear()
        self._last_id = 0

    # As the client

    def _receive(self, data: bytes) -> None:
        self.connection.get_buffer(-1)[: len(data)] = data
        self.connection.buffer_updated(len(data))

    def send(self, text: str) -> None:
        self._receive(masked(text.encode()))

    def ask(self, method: str, request_id: Any = None, **params: Any) -> None:
        """Send a request; without an ID of its own it has the next number."""
        self._last_id += 1
        request: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if request_id is not UNSET:
            request["id"] = self._last_id if request_id is None else request_id
        self.send(msgspec.json.encode(request).decode())

    def ask_login(self, user_id: str, request_id: Any = None, **params: Any) -> None:
        sig = sign(user_id, KEY.sdk_app_id, KEY.secret_key)
        claimed = {"sdkAppID": KEY.sdk_app_id, "userID": user_id, "userSig": sig}
        self.ask("login", request_id, **(claimed | params))

    def got(self) -> list[Any]:
        """Return what was sent: IDs of results, (ID, code) of errors, names of pushes."""
        sent = b"".join(one for one in self.wire.happened if isinstance(one, bytes))
        self.wire.happened.clear()
        return [_in_short(opcode, data) for opcode, data in _frames(sent)]

    def ping(self, times: int) -> None:
        self._receive(Frame(Opcode.PING, b"").serialize(mask=True) * times)

    # As others

    def charge(self, payer: Hashable, cost: float) -> None:
        self.buckets.charge(payer, cost, asyncio.get_running_loop().time())

    def owed(self, payer: Hashable) -> float:
        """Return how much of a bucket was used, in seconds of CPU time."""
        now = asyncio.get_running_loop().time()
        return (self.buckets._full_at.get(payer, now) - now) * SHARE

    # As the core

    def answer(self, *request_ids: Any, error: IMError | None = None) -> None:
        for request_id in request_ids:
            self.edge.answer(1, encode_answer(request_id, error or Empty()))
        self.edge.flush()

    def login(self, user_id: str = "alice") -> None:
        self.ask_login(user_id, "login")
        self.edge.answer(1, encode_answer("login", Empty()))
        self.edge.login_changed(1, user_id, Platform.LINUX)
        self.edge.flush()
        self.got()
        self.core.asked.clear()

    def asked(self) -> list[str]:
        """Return what the core was asked since the last time."""
        asked, self.core.asked = self.core.asked, []
        return [request.method for request in asked]


def _frames(sent: bytes) -> list[tuple[int, bytes]]:
    frames = []
    while sent:
        opcode, size, start = sent[0] & 15, sent[1], 2
        if size == 126:
            size, start = int.from_bytes(sent[2:4]), 4
        frames.append((opcode, sent[start : start + size]))
        sent = sent[start + size :]
    return frames


def _in_short(opcode: int, data: bytes) -> Any:
    if opcode == Opcode.CLOSE:
        return ("closed", int.from_bytes(data[:2]))
    message = msgspec.json.decode(data)
    if "method" in message:
        return message["method"]
    return (message["id"], message["error"]["code"]) if "error" in message else message["id"]


@asynccontextmanager
async def talking(checks: Checks | None = None, **options: Any) -> AsyncIterator[Talk]:
    async with asyncio.TaskGroup() as tasks:
        talk = Talk(tasks, checks, **options)
        yield talk
        talk.connection.connection_lost(None)


async def turns() -> None:
    """Let the connection have its turns."""
    for _ in range(5):
        await asyncio.sleep(0)
