"""A backend whose behaviour a test defines, over a real WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from imtui.sdk import Backoff, IMClient

APP = 1400000000

Handler = Callable[["Peer", dict[str, Any]], Any]


def status(user_id: str, revision: int = 1, kind: int = 1, text: str = "") -> dict[str, Any]:
    """Return a status as it is on the wire."""
    return {
        "userID": user_id,
        "statusType": kind,
        "customStatus": text,
        "onlineDevices": ["Linux"] if kind == 1 else [],
        "since": 1000,
        "revision": revision,
    }


class Refusal(Exception):
    """Makes the fake answer with an error."""

    def __init__(self, code: int, data: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.error = {"code": code, "message": "refused", "data": data or {}}


def wall_clock() -> float:
    """Return Unix seconds that advance with the clock of the event loop."""
    return 1_700_000_000 + asyncio.get_running_loop().time()


SILENCE = object()
"""Returned by a handler that sends no answer."""


def nothing(peer: "Peer", params: dict[str, Any]) -> Any:
    """Return an empty answer."""
    return {}


class Peer:
    """One connection, as the fake backend sees it."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.requests: list[dict[str, Any]] = []

    async def push(self, method: str, params: Any) -> None:
        await self.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def send(self, message: Any) -> None:
        await self.socket.send(json.dumps(message))

    def cut(self) -> None:
        """Break the connection without a closing handshake."""
        self.socket.transport.abort()


class FakeBackend:
    """Answers with handlers that a test may replace."""

    def __init__(self) -> None:
        self.url = ""
        self.peers: list[Peer] = []
        self.handlers: dict[str, Handler] = {
            "login": lambda peer, params: self.login_answer(params),
            "getFriendList": lambda peer, params: {"friendInfoList": [], "nextCursor": None},
            "getConversationList": lambda peer, params: {"conversationList": []},
            "getSubscriptions": lambda peer, params: {"userIDList": [], "clearedAt": None},
            "getUserStatus": lambda peer, params: {
                "userStatusList": [status(user) for user in params["userIDList"]]
            },
        }
        self.heartbeat_interval = 25.0
        self.on_connect: Callable[[Peer], Awaitable[None]] | None = None
        self._more = asyncio.Event()

    def login_answer(self, params: dict[str, Any]) -> dict[str, Any]:
        return {
            "heartbeatInterval": self.heartbeat_interval,
            "serverTime": 1,
            "selfStatus": status(params["userID"]),
        }

    @property
    def peer(self) -> Peer:
        """Return the newest connection."""
        return self.peers[-1]

    def methods(self, index: int = -1) -> list[str]:
        """Return the methods that were called on a connection, without those of the sync."""
        return [method for method in self._methods(index) if method != "getConversationList"]

    def _methods(self, index: int) -> list[str]:
        return [request["method"] for request in self.peers[index].requests]

    async def asked(self, method: str, times: int = 1, index: int = -1) -> None:
        """Wait until a method was called on a connection."""
        while len(self.peers) <= max(index, 0) or self._methods(index).count(method) < times:
            self._more.clear()
            await self._more.wait()

    async def connected(self, times: int) -> None:
        """Wait until that many connections were made."""
        while len(self.peers) < times:
            self._more.clear()
            await self._more.wait()

    async def serve(self, socket: ServerConnection) -> None:
        peer = Peer(socket)
        self.peers.append(peer)
        self._more.set()
        try:
            if self.on_connect is not None:
                await self.on_connect(peer)
            async for frame in socket:
                await self._answer(peer, json.loads(frame))
        except ConnectionClosed:
            pass

    async def _answer(self, peer: Peer, request: dict[str, Any]) -> None:
        peer.requests.append(request)
        self._more.set()
        handler = self.handlers.get(request["method"], nothing)
        try:
            result = handler(peer, request.get("params", {}))
            if asyncio.iscoroutine(result):
                result = await result
        except Refusal as refusal:
            await peer.send({"jsonrpc": "2.0", "id": request["id"], "error": refusal.error})
            return
        if result is not SILENCE:
            await peer.send({"jsonrpc": "2.0", "id": request["id"], "result": result})


@asynccontextmanager
async def fake_backend(host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[FakeBackend]:
    """Run a fake backend, on a free port unless one is given."""
    fake = FakeBackend()
    async with serve(fake.serve, host, port, ping_interval=None, max_size=None) as server:
        fake.url = f"ws://{host}:{server.sockets[0].getsockname()[1]}"
        yield fake


def client_of(fake: FakeBackend, *others: str, **options: Any) -> IMClient:
    """Return a client with fixed delays, and clocks that agree.

    Args:
        fake: The backend.
        others: Further addresses of it.
        options: Those of the client.
    """
    options.setdefault("backoff", Backoff(uniform=lambda low, high: high))
    options.setdefault("wall_clock", wall_clock)
    return IMClient((fake.url, *others), APP, **options)
