"""A wire client, written from the wire's specification alone, without code of the SDK."""

import asyncio
import itertools
import json
from collections import deque
from typing import Any, NamedTuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

TIMEOUT = 20.0

JSON = dict[str, Any]


class Refused(Exception):
    """The backend refused a call."""

    def __init__(self, code: int, message: str = "", data: JSON | None = None) -> None:
        """Keep the code, the message and the data of the error."""
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.data = data or {}


class Push(NamedTuple):
    """A notification from the backend."""

    method: str
    params: JSON


class RawClient:
    """A connection that is read only while a caller waits."""

    def __init__(self, connection: ClientConnection) -> None:
        """Create a client for an open connection."""
        self._connection = connection
        self._ids = itertools.count(1)
        self._pushes: deque[Push] = deque()

    @classmethod
    async def connect(cls, url: str) -> "RawClient":
        """Connect to a backend."""
        connection = await connect(
            url, compression=None, ping_interval=None, max_queue=None, close_timeout=1
        )
        return cls(connection)

    async def call(self, method: str, **params: Any) -> JSON:
        """Call a method and return its result; keep pushes that arrive meanwhile.

        Raises:
            Refused: The answer is an error.
        """
        request_id = next(self._ids)
        await self.send(
            json.dumps({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params})
        )
        return self.result(await self.answer(request_id))

    async def send(self, frame: str | bytes) -> None:
        """Send a raw frame."""
        await self._connection.send(frame)

    async def answer(self, request_id: object) -> JSON:
        """Return the next answer; it must be the one to ``request_id``."""
        while True:
            message = await self._receive()
            if "method" not in message:
                assert message["id"] == request_id, message
                return message
            assert "id" not in message
            self._pushes.append(Push(message["method"], message["params"]))

    @staticmethod
    def result(message: JSON) -> JSON:
        """Return the result in an answer.

        Raises:
            Refused: The answer is an error.
        """
        if "error" in message:
            error = message["error"]
            raise Refused(error["code"], error["message"], error.get("data"))
        result: JSON = message["result"]
        return result

    def take_pushes(self) -> list[Push]:
        """Return the pushes since the last call."""
        pushes = list(self._pushes)
        self._pushes.clear()
        return pushes

    async def closed(self) -> int:
        """Wait until the backend closes the connection, and return the close code."""
        try:
            while True:
                message = await self._receive()
                self._pushes.append(Push(message["method"], message["params"]))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.close()

    def abort(self) -> None:
        """Cut the connection without a closing handshake."""
        self._connection.transport.abort()

    async def _receive(self) -> JSON:
        async with asyncio.timeout(TIMEOUT):
            frame = await self._connection.recv()
        assert isinstance(frame, str), "the backend speaks in text frames"
        message: JSON = json.loads(frame)
        assert message.pop("jsonrpc") == "2.0"
        return message
