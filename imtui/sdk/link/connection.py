"""One WebSocket connection: its requests and answers, its pushes, and its end."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct, UnsetType
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from imtui.protocol import limits
from imtui.protocol.errors import IMError
from imtui.protocol.jsonrpc import Incoming, decode_incoming
from imtui.sdk.failures import close_failure, connect_failure, unanswered, unreadable
from imtui.sdk.link.address import Address
from imtui.trust import TrustError

R = TypeVar("R", bound=Struct)
T = TypeVar("T")

CLOSE_TIMEOUT: Final = 1.0
"""How long the backend may take to close its side, in seconds."""

# The debug log of websockets would contain the frames, and with them the UserSig.
_websocket_log = logging.getLogger("imtui.sdk.websocket")
_websocket_log.setLevel(logging.WARNING)


@dataclass(frozen=True)
class _Pending:
    outcome: asyncio.Future[Any]
    """The result of ``read``, or the ``IMError`` that it raised."""
    read: Callable[[Incoming], Any]


class Connection:
    """A connection to the backend, from its handshake to its end.

    Answers are read and applied in the order in which they arrive among the pushes, so that
    nothing older is applied after something newer.
    """

    def __init__(
        self, socket: ClientConnection, on_push: Callable[[Incoming], IMError | None]
    ) -> None:
        """Use a socket after its handshake.

        Args:
            socket: The socket; it is closed with the connection.
            on_push: Called with each push; if it returns an error, the connection ends.
        """
        self._socket = socket
        self._on_push = on_push
        self._pending: dict[object, _Pending] = {}

    @property
    def pending(self) -> int:
        """Return how many requests wait for their answers."""
        return len(self._pending)

    async def request(
        self,
        request_id: int,
        frame: bytes,
        result_type: type[R],
        apply: Callable[[R], T],
    ) -> T:
        """Send a request and return what ``apply`` makes of its answer.

        Args:
            request_id: The ID in the frame, used only once.
            frame: The request.
            result_type: The type of the answer.
            apply: Called with the answer as soon as it is read, before any later push.

        Raises:
            IMError: The backend's refusal; 6001 if the answer is malformed; 9520 if the connection
                ends first.
            ConnectionClosed: The connection had already ended; nothing was sent.
        """
        outcome: asyncio.Future[T | IMError] = asyncio.get_running_loop().create_future()

        def read(incoming: Incoming) -> T:
            return apply(_result(incoming, result_type))

        self._pending[request_id] = _Pending(outcome, read)
        try:
            await self._socket.send(frame, text=True)
            answer = await outcome
        finally:
            self._pending.pop(request_id, None)
        if isinstance(answer, IMError):
            raise answer
        return answer

    async def read(self) -> IMError:
        """Handle incoming frames until the connection ends, and return why it ended."""
        try:
            while True:
                incoming = decode_incoming(await self._socket.recv(decode=False))
                if incoming.method is None:
                    self._apply_answer(incoming)
                elif (end := self._on_push(incoming)) is not None:
                    return end
        except ConnectionClosed as closed:
            return close_failure(closed)
        except IMError:
            return unreadable()
        finally:
            self._give_up_pending()

    async def close(self) -> None:
        """Close the socket; return within about a second, whatever the backend does."""
        try:
            await self._socket.close()
        except asyncio.CancelledError:
            # Nobody waits any longer for the backend to close its side.
            self.abort()
            raise

    def abort(self) -> None:
        """Drop the socket without a closing handshake, because the backend does not answer."""
        self._socket.transport.abort()

    def _apply_answer(self, incoming: Incoming) -> None:
        pending = self._pending.pop(incoming.id, None)
        if pending is None or pending.outcome.done():
            return
        try:
            pending.outcome.set_result(pending.read(incoming))
        except IMError as error:
            pending.outcome.set_result(error)

    def _give_up_pending(self) -> None:
        for pending in self._pending.values():
            if not pending.outcome.done():
                pending.outcome.set_result(unanswered())
        self._pending.clear()


CONNECT_ERRORS: Final = (
    *(OSError, EOFError, WebSocketException, TrustError),
    # Of proxies in the environment; and of host names, which are a kind of the last.
    *(ImportError, ValueError),
)
"""What connecting may raise; ``connect_failure`` says what it means."""


async def open_connection(
    address: Address,
    on_push: Callable[[Incoming], IMError | None],
    *,
    ssl: Callable[[], SSLContext],
) -> Connection:
    """Connect to a backend.

    Args:
        address: One address of the backend.
        on_push: Called with each push; if it returns an error, the connection ends.
        ssl: Returns the TLS settings for ``wss://``; may raise TrustError.

    Raises:
        IMError: 9508, 9510, 9511 or 9516. There is no time-out of its own.
    """
    try:
        socket = await handshake(address, ssl)
    except CONNECT_ERRORS as error:
        raise connect_failure(error) from error
    return Connection(socket, on_push)


def handshake(address: Address, ssl: Callable[[], SSLContext]) -> connect:
    """Return what, awaited or entered, connects to an address; it raises ``CONNECT_ERRORS``.

    Args:
        address: One address of the backend.
        ssl: Returns the TLS settings for ``wss://``; what it raises is raised here.
    """
    options: dict[str, Any] = {
        "compression": None,
        "create_connection": _Socket,
        "open_timeout": None,
        "close_timeout": CLOSE_TIMEOUT,
        "ping_interval": None,
        "max_size": limits.FRAME_MAX_BYTES,
        "logger": _websocket_log,
    }
    if address.local or address.ip is not None:
        options["proxy"] = None
    if address.ip is not None:
        options["host"] = address.ip
    if address.unix_path is not None:
        options |= {"unix": True, "path": address.unix_path}
    if address.url.startswith("wss:"):
        options["ssl"] = ssl()
    return _Connect(address.url, **options)


class _Connect(connect):
    def process_redirect(self, exc: Exception) -> Exception | str:
        # A redirect could send the UserSig to a server that the user never chose.
        return exc


class _Socket(ClientConnection):
    """A socket that does not outlive its closing handshake."""

    _end: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._end is None and self.protocol.close_expected():
            self._end = self.loop.call_later(CLOSE_TIMEOUT, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._end is not None:
            self._end.cancel()


def _result(incoming: Incoming, result_type: type[R]) -> R:
    if incoming.error is not None:
        raise IMError(incoming.error.code, incoming.error.message, incoming.error.data)
    if isinstance(incoming.result, UnsetType):
        raise unreadable()
    try:
        return msgspec.json.decode(incoming.result, type=result_type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable() from error
