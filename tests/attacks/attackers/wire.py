"""Connections that speak the wire, well-behaved or not."""

import asyncio
import itertools
import re
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import msgspec

from tests.attacks.attackers.aim import ADDRESS, Aim, Tally
from tests.benchmarks.peers.frames import TEXT, frame_head, upgrade

JSON = dict[str, Any]

CONTINUATION: Final = 0
PING: Final = 9
_CLOSE: Final = 8
_READ: Final = 256 * 1024
_CODE: Final = re.compile(rb'"error":\{"code":(-?\d+)(?=\D)|("result":)')
_ANSWERS_WITHIN: Final = 60.0


def frame(opcode: int, payload: bytes = b"", *, is_final: bool = True) -> bytes:
    """Return a client's frame."""
    return frame_head(opcode, len(payload), is_final=is_final) + payload


def request(method: str, params: Mapping[str, Any], request_id: int = 1) -> bytes:
    """Return the frame of a request."""
    call = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}
    return frame(TEXT, msgspec.json.encode(call))


class ClosedError(Exception):
    """The backend closed a connection, or did not accept it.

    Attributes:
        code: The close code; 0 without a close frame.
    """

    def __init__(self, code: int = 0) -> None:
        """Keep the close code."""
        super().__init__(code)
        self.code = code


class Connection:
    """A WebSocket connection that is read only while a caller waits."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Wrap an open connection."""
        self._reader = reader
        self._writer = writer
        self._ids = itertools.count(1)
        self.pushes: deque[JSON] = deque()
        """Pushes that arrived before an answer."""

    @classmethod
    async def open(cls, aim: Aim, address: str = ADDRESS) -> Self:
        """Connect, as a proxy does for a client at ``address``; directly if it is empty.

        Raises:
            ClosedError: The backend refused the connection.
        """
        self = cls(*await asyncio.open_connection(aim.host, aim.port))
        try:
            await self.write(_upgrade(aim, address))
            head = await self._reader.readuntil(b"\r\n\r\n")
        except (OSError, IncompleteReadError) as error:
            self.abort()
            raise ClosedError from error
        if b" 101 " not in head:
            self.abort()
            raise ClosedError
        return self

    @classmethod
    async def login(cls, aim: Aim, user_id: str, address: str = ADDRESS, **params: Any) -> Self:
        """Connect and log in.

        Raises:
            ClosedError: The backend refused the connection.
        """
        self = await cls.open(aim, address)
        answer = await self.call("login", **credentials(aim, user_id), **params)
        if "error" in answer:
            self.abort()
            raise ClosedError(answer["error"]["code"])
        return self

    async def write(self, data: bytes) -> None:
        """Write bytes, and wait while the backend does not read them."""
        self._writer.write(data)
        await self._writer.drain()

    async def call(self, method: str, **params: Any) -> JSON:
        """Return the answer to a request.

        Raises:
            ClosedError: The backend closed the connection.
        """
        request_id = next(self._ids)
        try:
            await self.write(request(method, params, request_id))
        except OSError as error:
            raise ClosedError from error
        while (message := await self.receive()).get("id") != request_id:
            self.pushes.append(message)
        return message

    async def receive(self) -> JSON:
        """Return the next message.

        Raises:
            ClosedError: The backend closed the connection.
        """
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN):
                opcode, payload = await self._frame()
        except (OSError, IncompleteReadError) as error:
            raise ClosedError from error
        if opcode == _CLOSE:
            raise ClosedError(int.from_bytes(payload[:2]))
        message: JSON = msgspec.json.decode(payload)
        return message

    async def push(self, method: str) -> JSON:
        """Return the parameters of the next push of a kind, and drop others."""
        while True:
            message = self.pushes.popleft() if self.pushes else await self.receive()
            if message.get("method") == method:
                params: JSON = message["params"]
                return params

    async def count_answers(self, tally: Tally) -> None:
        """Read and count answers by their codes until the backend closes the connection."""
        unread = b""
        while data := await self._reader.read(_READ):
            unread += data
            end = 0
            for found in _CODE.finditer(unread):
                tally.counts[f"code {int(found[1] or 0)}"] += 1
                end = found.end()
            # The rest may end with a part of a match.
            unread = unread[max(end, len(unread) - 64) :]
        raise ClosedError

    def abort(self) -> None:
        """End the connection at once."""
        self._writer.transport.abort()

    async def _frame(self) -> tuple[int, bytes]:
        first, size = await self._reader.readexactly(2)
        if size >= 126:
            size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8))
        return first & 0x0F, await self._reader.readexactly(size)


def credentials(aim: Aim, user_id: str) -> JSON:
    """Return the parameters of a user's login."""
    return {
        "sdkAppID": aim.sdk_app_id,
        "userID": user_id,
        "userSig": aim.user_sig(user_id),
    }


def _upgrade(aim: Aim, address: str) -> bytes:
    head = upgrade(aim.netloc, "attacker").removesuffix(b"\r\n")
    return head + (f"X-Forwarded-For: {address}\r\n" if address else "").encode() + b"\r\n"


@asynccontextmanager
async def opened(aim: Aim, user_id: str = "", **params: Any) -> AsyncIterator[Connection]:
    """Open a connection for as long as the context lasts, logged in if there is a user.

    Raises:
        ClosedError: The backend refused the connection.
    """
    if user_id:
        connection = await Connection.login(aim, user_id, **params)
    else:
        connection = await Connection.open(aim)
    try:
        yield connection
    finally:
        connection.abort()
