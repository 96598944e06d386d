"""A client's connection: requests in, answers and pushes out, and how long it may be logged out."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final

from msgspec import Struct, UnsetType
from websockets.typing import Origin

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Request, decode_request
from imtui.protocol.messages import CloseCode
from imtui.server.clock import Moment
from imtui.server.core.accounts.account import Session
from imtui.server.core.service import IMService
from imtui.server.edge.frames import answer_frame
from imtui.server.edge.methods import Caller, call
from imtui.server.edge.outbox import Outbox
from imtui.server.edge.text_frames import Writer
from imtui.server.edge.websocket import WRITE_BUFFER_MAX, WebSocket
from imtui.server.metrics import OTHER, Metrics
from imtui.server.node.fanout import FanOut

if TYPE_CHECKING:
    from imtui.server.edge.before_callbacks.asked_first import AskedFirst

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Host:
    """What all connections stand on."""

    service: IMService
    fanout: FanOut
    key: AppKey
    heartbeat_timeout: float
    """In seconds, to be told to clients."""
    clock: Callable[[], Moment]
    look_again: Callable[[], None]
    """Called when a deadline may have moved."""
    metrics: Metrics
    login_timeout: float
    """How long a connection may stay without a login, in seconds."""
    open_timeout: float
    """How long a handshake may take, in seconds."""
    asked_first: "AskedFirst | None"
    """What asks the app's own server about some requests, if there is one."""
    origins: Sequence[Origin | None]
    tasks: asyncio.TaskGroup
    loop: asyncio.AbstractEventLoop
    connections: "set[Client]" = field(default_factory=set)
    """Those that there are, with or without a handshake."""
    nobody: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the last connection is gone."""
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when nobody is let in any more."""

    def carry_out(self) -> None:
        """Carry out what the core says has changed."""
        if self.fanout.carry_out():
            self.look_again()


class Client(WebSocket):
    """One connection, and the session that it is to the core."""

    __slots__ = ("_caller", "_host", "_is_asking", "_no_login", "_session", "_session_id", "outbox")

    def __init__(self, host: Host, session_id: int) -> None:
        """Make a connection that is not there yet."""
        super().__init__(host.loop, host.origins, host.open_timeout)
        self._host = host
        self._session_id = session_id
        self._caller = Caller(
            host.service,
            host.key,
            host.heartbeat_timeout,
            session_id,
            host.fanout.is_store_failing,
        )
        self.outbox = Outbox(self, host.metrics)
        self._no_login: asyncio.TimerHandle | None = None
        self._session: Session | None = None
        """The login that there was when it was last looked at."""
        self._is_asking = False
        """Whether the app's own server is asked about a request: the next ones wait."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake."""
        super().connection_made(transport)
        self._host.connections.add(self)
        if self._host.ending.is_set():
            # It was accepted just before, and nobody else would close it.
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take it that the connection is gone."""
        super().connection_lost(exc)
        self._host.connections.discard(self)
        if not self._host.connections:
            self._host.nobody.set()

    def opened(self) -> None:
        """Wait for a login."""
        self._host.fanout.join(self._session_id, self.outbox)
        self._await_login()

    def received(self) -> None:
        """Take it as a sign of life."""
        self._host.service.received(self._session_id, self._host.clock())

    def is_ready(self) -> bool:
        """Tell whether a request can be served: who does not take answers gets no more."""
        return not self._is_asking and not self.outbox.is_full

    def is_busy(self) -> bool:
        """Tell whether the app's own server is asked about a request."""
        return self._is_asking

    def next_data(self) -> bytes:
        """Return what is ready, as much as is written in one go."""
        return self.outbox.take(WRITE_BUFFER_MAX)

    def writable(self, writer: Writer | None) -> None:
        """Let the outbox write as long as the other side takes it."""
        self.outbox.writer = writer

    def closed(self) -> None:
        """Take it that the device is gone without a logout."""
        self._stop_waiting()
        self._host.fanout.leave(self._session_id)
        self._host.service.lost(self._session_id, self._host.clock())
        self._host.fanout.carry_out()
        # Also without any change: a passive session that ends may leave a deadline.
        self._host.look_again()

    def message(self, text: bytes) -> None:
        """Carry out a request, or ask about it first."""
        try:
            request = decode_request(text)
        except IMError as error:
            self._host.fanout.answer(self._session_id, None, answer_frame(None, error))
            self._host.metrics.ws.answered(OTHER, 0.0, error)
            return
        asked_first = self._host.asked_first
        if asked_first is not None and asked_first.concerns(request.method):
            # The client's next requests wait, so that theirs keep their order; nobody else does.
            self._is_asking = True
            self._host.tasks.create_task(self._ask_first(asked_first, request))
        else:
            self._carry_out(request, request)

    def on_login_changed(self) -> None:
        """Start or stop waiting for a login, according to whether there is one."""
        session = self._host.service.app.sessions.get(self._session_id)
        if session is self._session:
            return
        if self._session is not None:
            # Whoever logged in now, or nobody, may not know what was meant for somebody else.
            self.outbox.forget_all()
        self._session = session
        self._host.look_again()
        self._stop_waiting()
        if session is None and self.is_open:
            self._await_login()

    async def _ask_first(self, asked_first: "AskedFirst", request: Request) -> None:
        asked = await asked_first.ask(self._session_id, request)
        self._is_asking = False
        try:
            self._carry_out(request, asked)
        except Exception as fault:
            # Out of here it would end the tasks of all others, and the backend with them.
            self.give_up(fault)
        self.hand_over()

    def _carry_out(self, request: Request, asked: Request | Struct | IMError) -> None:
        """Carry out a request as it is to be, or give the answer that stands in its place."""
        began = monotonic()
        answer = self._answer(asked) if isinstance(asked, Request) else asked
        if not isinstance(request.id, UnsetType):
            self._host.fanout.answer(self._session_id, request.id, answer_frame(request.id, answer))
        self._host.carry_out()
        # Also without any change: that a passive session logs out is none.
        self.on_login_changed()
        self._host.metrics.ws.answered(request.method, monotonic() - began, answer)

    def _answer(self, request: Request) -> Struct | IMError:
        try:
            return call(self._caller, request, self._host.clock())
        except IMError as error:
            return error
        except Exception:
            # A fault of ours: whoever met it is told, and nobody else notices.
            _log.exception("%s failed", request.method)
            return IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)

    def _await_login(self) -> None:
        self._no_login = self._host.loop.call_later(
            self._host.login_timeout, self.close, CloseCode.NO_LOGIN, "nobody logged in"
        )

    def _stop_waiting(self) -> None:
        if self._no_login is not None:
            self._no_login.cancel()
            self._no_login = None
