"""Connections of clients: WebSockets in, requests to the core, frames out."""

import asyncio
import itertools
import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from time import monotonic
from typing import TYPE_CHECKING, Final

from msgspec import Struct, UnsetType
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode as WebSocketClose
from websockets.typing import Origin

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Request, decode_request, encode_answer
from imtui.protocol.limits import FRAME_MAX_BYTES
from imtui.protocol.messages import CloseCode
from imtui.server.core.moment import Moment
from imtui.server.core.service import IMService
from imtui.server.data_dir import AppKey
from imtui.server.edge.fanout import FanOut, Peer
from imtui.server.edge.methods import Caller, call
from imtui.server.edge.metrics import OTHER, Metrics
from imtui.server.edge.outbox import Outbox
from imtui.server.listening import BACKLOG

if TYPE_CHECKING:
    from imtui.server.edge.webhooks.asked_first import AskedFirst

_log: Final = logging.getLogger(__name__)

LOGIN_TIMEOUT: Final = 30.0
_HANDSHAKE_TIMEOUT: Final = 10.0
_CLOSE_TIMEOUT: Final = 5.0

# How long the requests that one client has sent ahead may be worked off, in seconds, before the
# others have their turn.
_TURN: Final = 0.002

# Frames of one client that are read ahead; each may be as large as a frame can be.
_READ_AHEAD: Final = 4

# Handshakes that fail are the other side's trouble; their tracebacks would only fill the log.
_websockets_log: Final = logging.getLogger(f"{__name__}.websockets")
_websockets_log.setLevel(logging.CRITICAL)


class _Connection(ServerConnection):
    """A connection that says when anything arrives, before it is read."""

    on_received: Callable[[], None] | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.on_received is not None:
            self.on_received()


class Gateway:
    """Lets clients in and carries their requests to the core."""

    def __init__(
        self,
        service: IMService,
        fanout: FanOut,
        key: AppKey,
        heartbeat_timeout: float,
        clock: Callable[[], Moment],
        after_change: Callable[[], None],
        *,
        metrics: Metrics,
        login_timeout: float = LOGIN_TIMEOUT,
        asked_first: "AskedFirst | None" = None,
    ) -> None:
        """Make a gateway that listens nowhere yet.

        Args:
            service: The core.
            fanout: What carries out its changes.
            key: The app's key.
            heartbeat_timeout: In seconds, to be told to clients.
            clock: The present.
            after_change: Called when a deadline may have moved.
            metrics: Where it counts what clients ask.
            login_timeout: How long a connection may stay without a login, in seconds.
            asked_first: What asks the app's own server about some requests, if there is one.
        """
        self._service = service
        self._fanout = fanout
        self._key = key
        self._heartbeat_timeout = heartbeat_timeout
        self._clock = clock
        self._after_change = after_change
        self._metrics = metrics
        self._login_timeout = login_timeout
        self._asked_first = asked_first
        self._ids = itertools.count(1)

    def listen(
        self, sock: socket.socket, allowed_origins: Sequence[str]
    ) -> AbstractAsyncContextManager[Server]:
        """Serve clients on a bound socket for as long as the context lasts."""
        return serve(
            self._serve,
            sock=sock,
            backlog=BACKLOG,
            origins=[None, *map(Origin, allowed_origins)],
            compression=None,
            server_header=None,
            open_timeout=min(_HANDSHAKE_TIMEOUT, self._login_timeout),
            close_timeout=_CLOSE_TIMEOUT,
            ping_interval=None,
            max_size=FRAME_MAX_BYTES,
            max_queue=_READ_AHEAD,
            logger=_websockets_log,
            create_connection=_Connection,
        )

    async def _serve(self, connection: ServerConnection) -> None:
        session_id = next(self._ids)
        async with asyncio.TaskGroup() as tasks:
            client = _Client(connection, tasks, self._metrics, self._login_timeout)
            self._fanout.join(session_id, client.peer(self._service, session_id))
            assert isinstance(connection, _Connection)
            connection.on_received = lambda: self._service.received(session_id, self._clock())
            client.await_login()
            writing = tasks.create_task(client.write())
            try:
                await self._read(connection, client, session_id)
            finally:
                connection.on_received = None
                client.stop()
                writing.cancel()
                self._fanout.leave(session_id)
                self._service.lost(session_id, self._clock())
                self._carry_out()

    async def _read(self, connection: ServerConnection, client: "_Client", session_id: int) -> None:
        caller = Caller(
            self._service,
            self._key,
            self._heartbeat_timeout,
            session_id,
            self._fanout.is_store_failing,
        )
        loop = asyncio.get_running_loop()
        turn_ends = loop.time() + _TURN
        try:
            async for frame in connection:
                if isinstance(frame, bytes):
                    await connection.close(WebSocketClose.UNSUPPORTED_DATA, "text frames only")
                    return
                if client.is_over:
                    return
                if (request := self._request(caller, frame)) is not None:
                    await self._handle(caller, request)
                client.check_login(self._service.is_logged_in(session_id))
                await client.has_room()
                if loop.time() >= turn_ends:
                    await asyncio.sleep(0)
                    turn_ends = loop.time() + _TURN
        except ConnectionClosed:
            return

    def _request(self, caller: Caller, frame: str) -> Request | None:
        """Return the request in a frame, or None after what is none was answered."""
        try:
            return decode_request(frame)
        except IMError as error:
            self._fanout.answer(caller.session_id, None, encode_answer(None, error))
            self._metrics.ws.answered(OTHER, 0.0, error)
            return None

    async def _handle(self, caller: Caller, request: Request) -> None:
        began = monotonic()
        asked: Request | Struct | IMError = request
        if self._asked_first is not None and self._asked_first.concerns(request.method):
            # The client's next requests wait, so that theirs keep their order; nobody else does.
            asked = await self._asked_first.ask(caller.session_id, request)
        answer = self._answer(caller, asked) if isinstance(asked, Request) else asked
        if not isinstance(request.id, UnsetType):
            self._fanout.answer(caller.session_id, request.id, encode_answer(request.id, answer))
        self._carry_out()
        self._metrics.ws.answered(request.method, monotonic() - began, answer)

    def _answer(self, caller: Caller, request: Request) -> Struct | IMError:
        try:
            return call(caller, request, self._clock())
        except IMError as error:
            return error
        except Exception:
            # A fault of ours: whoever met it is told, and nobody else notices.
            _log.exception("%s failed", request.method)
            return IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)

    def _carry_out(self) -> None:
        self._fanout.carry_out()
        self._after_change()


class _Client:
    """One connection: its outbox, its writer, and how long it may stay without a login."""

    def __init__(
        self,
        connection: ServerConnection,
        tasks: asyncio.TaskGroup,
        metrics: Metrics,
        login_timeout: float,
    ) -> None:
        self._connection = connection
        self._tasks = tasks
        self._login_timeout = login_timeout
        self._something_to_send = asyncio.Event()
        self._room = asyncio.Event()
        self._outbox = Outbox(self._something_to_send.set, metrics)
        self._no_login: asyncio.TimerHandle | None = None
        self.is_over = False
        """It is being closed, and nothing more from it counts."""

    def peer(self, service: IMService, session_id: int) -> Peer:
        """Return the connection as the fan-out sees it."""
        return Peer(
            self._outbox,
            self._close,
            lambda: self.check_login(service.is_logged_in(session_id)),
        )

    def await_login(self) -> None:
        """Close the connection unless it logs in within the time-out."""
        loop = asyncio.get_running_loop()
        self._no_login = loop.call_later(
            self._login_timeout, self._close, CloseCode.NO_LOGIN, "nobody logged in"
        )

    def check_login(self, logged_in: bool) -> None:
        """Start or stop waiting for a login, according to whether there is one."""
        if not logged_in and self._no_login is None:
            self.await_login()
        elif logged_in and self._no_login is not None:
            self._no_login.cancel()
            self._no_login = None

    async def write(self) -> None:
        """Send what is ready, as fast as the client takes it."""
        try:
            while True:
                await self._something_to_send.wait()
                self._something_to_send.clear()
                while (frame := self._outbox.take()) is not None:
                    await self._connection.send(frame, text=True)
                    self._room.set()
        except ConnectionClosed:
            self.is_over = True
        finally:
            self._room.set()

    async def has_room(self) -> None:
        """Wait while too many answers have not been taken: who does not read is not served."""
        while self._outbox.is_full and not self.is_over:
            self._room.clear()
            await self._room.wait()

    def stop(self) -> None:
        """Stop waiting for a login."""
        self.is_over = True
        if self._no_login is not None:
            self._no_login.cancel()

    def _close(self, code: int, reason: str) -> None:
        if not self.is_over:
            self.is_over = True
            self._tasks.create_task(self._connection.close(code, reason))
