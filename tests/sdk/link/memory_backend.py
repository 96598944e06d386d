"""A backend without sockets, for a loop in which nothing else happens."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosedError

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Incoming
from imtui.sdk.link.connection import Connection

_ANSWER_AFTER = 2
"""The turns of the loop between a request and its answer."""


class MemorySocket:
    """The client's end of a connection; it has what ``Connection`` uses of a WebSocket."""

    def __init__(self, backend: "MemoryBackend") -> None:
        self._backend = backend
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.is_open = True
        self.user_id = ""
        self.transport = self

    async def send(self, frame: bytes, *, text: bool) -> None:
        await asyncio.sleep(0)
        if not self.is_open:
            raise ConnectionClosedError(None, None)
        self._backend.receive(self, json.loads(frame))

    async def recv(self, *, decode: bool) -> bytes:
        frame = await self._frames.get() if self.is_open else None
        if frame is None:
            raise ConnectionClosedError(None, None)
        return frame

    async def close(self) -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        self.abort()

    def abort(self) -> None:
        self.is_open = False
        self.user_id = ""
        self._frames.put_nowait(None)

    def push(self, message: dict[str, Any]) -> None:
        self._frames.put_nowait(json.dumps({"jsonrpc": "2.0", **message}).encode())


class MemoryBackend:
    """Logs clients in and out, and knows who is online on which connection."""

    def __init__(self) -> None:
        self.sockets: list[MemorySocket] = []
        self.is_silent = False
        self.refuses_logins = False
        self.is_down = False

    @property
    def online(self) -> list[str]:
        """Return the account of each connection with a login on it."""
        return [socket.user_id for socket in self.sockets if socket.is_open and socket.user_id]

    async def open(self, on_push: Callable[[Incoming], IMError | None]) -> Connection:
        """Connect, as ``LinkOptions.open`` does."""
        await asyncio.sleep(0)
        if self.is_down:
            raise IMError(ErrorCode.ERR_SDK_NET_CONN_REFUSE)
        socket = MemorySocket(self)
        self.sockets.append(socket)
        return Connection(cast(ClientConnection, socket), on_push)

    def receive(self, socket: MemorySocket, request: dict[str, Any]) -> None:
        """Answer a request some turns of the loop later."""
        if not self.is_silent:
            self._answer_later(socket, request, _ANSWER_AFTER)

    def cut(self) -> None:
        """End all connections without a closing handshake."""
        for socket in self.sockets:
            socket.abort()

    def kick(self) -> None:
        """Kick all devices."""
        for socket in self.sockets:
            if socket.is_open and socket.user_id:
                socket.user_id = ""
                socket.push({"method": "onKickedOffline", "params": {}})

    def _answer_later(self, socket: MemorySocket, request: dict[str, Any], turns: int) -> None:
        if turns:
            loop = asyncio.get_running_loop()
            loop.call_soon(self._answer_later, socket, request, turns - 1)
        elif socket.is_open:
            socket.push({"id": request["id"], **self._answer(socket, request)})

    def _answer(self, socket: MemorySocket, request: dict[str, Any]) -> dict[str, Any]:
        if request["method"] == "login":
            if self.refuses_logins:
                return {"error": {"code": 70009, "message": "refused"}}
            user_id = request["params"]["userID"]
            socket.user_id = user_id
            status = {"userID": user_id, "statusType": 1, "since": 1, "revision": 1}
            return {"result": {"heartbeatInterval": 25.0, "serverTime": 1, "selfStatus": status}}
        if request["method"] == "logout":
            socket.user_id = ""
        return {"result": {}}
