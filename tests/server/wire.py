"""A raw client of the wire, for tests of the edge: frames in, frames out, nothing clever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from imtui.protocol.usersig import sign
from imtui.sdk.rest import RestClient
from imtui.server.node.backend import Backend
from tests.server.served import Served

ANSWER_TIMEOUT = 20.0

Message = dict[str, Any]


class Wire:
    """One connection to a backend."""

    def __init__(self, socket: ClientConnection, backend: Backend | Served) -> None:
        self.socket = socket
        self._backend = backend
        self._last_id = 0
        self.pushes: list[Message] = []

    async def receive(self) -> Message:
        """Return the next frame."""
        async with asyncio.timeout(ANSWER_TIMEOUT):
            message: Message = msgspec.json.decode(await self.socket.recv())
        return message

    async def call(self, method: str, **params: Any) -> Message:
        """Return the answer to a request; pushes before it are kept."""
        self._last_id += 1
        request = {"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params}
        await self.socket.send(msgspec.json.encode(request), text=True)
        while True:
            message = await self.receive()
            if message.get("id") == self._last_id:
                return message
            self.pushes.append(message)

    async def notify(self, method: str, **params: Any) -> None:
        """Send a request that is not to be answered."""
        request = {"jsonrpc": "2.0", "method": method, "params": params}
        await self.socket.send(msgspec.json.encode(request), text=True)

    async def code(self, method: str, **params: Any) -> int:
        """Return the error code of the answer, 0 for success."""
        answer = await self.call(method, **params)
        return int(answer["error"]["code"]) if "error" in answer else 0

    async def push(self, method: str) -> Message:
        """Return the parameters of the next push of this kind, passing over others."""
        while True:
            message = self.pushes.pop(0) if self.pushes else await self.receive()
            if message.get("method") == method:
                params: Message = message["params"]
                return params

    async def login(self, user_id: str, **params: Any) -> Message:
        """Log in, and return the result."""
        key = self._backend.app_key
        answer = await self.call(
            "login",
            **{
                "sdkAppID": key.sdk_app_id,
                "userID": user_id,
                "userSig": sign(user_id, key.sdk_app_id, key.secret_key),
                "instanceID": f"{user_id}-device",
                **params,
            },
        )
        assert "result" in answer, answer
        result: Message = answer["result"]
        return result

    async def close_code(self) -> int | None:
        """Return the code with which the backend closed the connection."""
        async with asyncio.timeout(ANSWER_TIMEOUT):
            await self.socket.wait_closed()
        return self.socket.close_code


@asynccontextmanager
async def wire(backend: Backend | Served, **options: Any) -> AsyncIterator[Wire]:
    """Connect to a backend."""
    async with connect(
        backend.address.ws, compression=None, ping_interval=None, close_timeout=1, **options
    ) as socket:
        yield Wire(socket, backend)


async def lift_quotas(backend: Backend | Served) -> None:
    """Let each account send as many messages as it likes."""
    key, admin = backend.app_key, "administrator"
    user_sig = sign(admin, key.sdk_app_id, key.secret_key)
    client = RestClient(backend.address.rest, key.sdk_app_id, admin, user_sig)
    settings = {"messages_rate": 0, "message_bytes_rate": 0, "cpu_share": 0}
    await client.call("imtui_console/set", {"Settings": settings})
