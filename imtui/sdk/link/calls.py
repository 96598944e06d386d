"""The calls of a session: each waits for a connection with a login on it, and for its answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec import Struct
from websockets.exceptions import ConnectionClosed

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import CALLS_UNDER_WAY_MAX
from imtui.protocol.messages import Method
from imtui.sdk.failures import unanswered
from imtui.sdk.link.connection import Connection
from imtui.sdk.link.requests import RequestEncoder

R = TypeVar("R", bound=Struct)
T = TypeVar("T")
W = TypeVar("W")


class Calls:
    """Sends the calls of a session over its present connection, until the session ends.

    The backend carries out the calls of a connection one after the other, so only a few are under
    way, and the others wait here.
    """

    def __init__(self, timeout: float) -> None:
        """Start without a connection.

        Args:
            timeout: How long a call may wait until it can be sent, and then for its answer, in
                seconds.
        """
        self._timeout = timeout
        self._requests = RequestEncoder()
        self._connection: Connection | None = None
        self._is_over = False
        self._changed = asyncio.Event()
        self._places = asyncio.Semaphore(CALLS_UNDER_WAY_MAX)

    @property
    def connection(self) -> Connection | None:
        """Return the connection with a login on it, if there is one."""
        return self._connection

    def connected(self, connection: Connection) -> None:
        """Use a connection from now on."""
        self._connection = connection
        self._changed.set()

    def disconnected(self) -> None:
        """Let calls wait for another connection."""
        self._connection = None

    def end(self) -> None:
        """Refuse the calls that wait for a connection, and all later ones."""
        self._is_over = True
        self._connection = None
        self._changed.set()

    async def request(
        self,
        connection: Connection,
        method: Method,
        params: Struct,
        result_type: type[R],
        apply: Callable[[R], T],
    ) -> T:
        """Send a request over a connection, with or without a login on it.

        Raises:
            IMError: As for ``Connection.request``; 6017 or 9522 if it cannot be sent.
            ConnectionClosed: The connection had already ended; nothing was sent.
        """
        return await connection.request(*self._requests.encode(method, params), result_type, apply)

    async def call(
        self, method: Method, params: Struct, result_type: type[R], apply: Callable[[R], T]
    ) -> T:
        """Call the backend and return what ``apply`` makes of the answer.

        Raises:
            IMError: The backend's refusal; 6014 if the session ends before the call is sent; 6017
                or 9522 for a request that cannot be sent; 9508 if it could not be sent within the
                time-out, for lack of a connection or because too many others are under way; 9520
                if there was no answer.
        """
        request_id, frame = self._requests.encode(method, params)
        deadline = asyncio.get_running_loop().time() + self._timeout
        await _in_time(self._places.acquire(), deadline)
        try:
            while True:
                connection = await _in_time(self._live_connection(), deadline)
                try:
                    async with asyncio.timeout(self._timeout):
                        return await connection.request(request_id, frame, result_type, apply)
                except TimeoutError:
                    raise unanswered() from None
                except ConnectionClosed:
                    # It ended a moment ago, and its reader is about to notice.
                    await asyncio.sleep(0)
        finally:
            self._places.release()

    async def _live_connection(self) -> Connection:
        while self._connection is None:
            if self._is_over:
                raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
            self._changed.clear()
            await self._changed.wait()
        return self._connection


async def _in_time(waiting: Awaitable[W], deadline: float) -> W:
    """Wait for what a call needs before it can be sent.

    Raises:
        IMError: 9508 if the deadline passes.
    """
    try:
        async with asyncio.timeout_at(deadline):
            return await waiting
    except TimeoutError:
        raise IMError(ErrorCode.ERR_SDK_NET_DISCONNECT) from None
