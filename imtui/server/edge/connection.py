"""A client's connection: requests in, answers and pushes out, and how long it may be logged out."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final

from msgspec import Struct, UnsetType
from websockets.typing import Origin

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import (
    Request,
    RequestID,
    decode_params,
    decode_request,
    encode_answer,
)
from imtui.protocol.messages import CloseCode, Credentials, Empty, Method
from imtui.protocol.status import Platform
from imtui.server.edge.edge import Edge
from imtui.server.edge.outbox import ANSWERS_MAX, Outbox
from imtui.server.edge.text_frames import Writer, text_frame
from imtui.server.edge.websocket import WRITE_BUFFER_MAX, WebSocket
from imtui.server.instant import Instant
from imtui.server.metrics import OTHER, Metrics

if TYPE_CHECKING:
    from imtui.server.edge.before_callbacks.asking import Asking

_EMPTY: Final = Empty()
_HEARTBEAT: Final = Method.HEARTBEAT.value


@dataclass(frozen=True)
class Shared:
    """What all connections share."""

    edge: Edge
    key: AppKey
    clock: Callable[[], Instant]
    metrics: Metrics
    login_timeout: float
    """How long a connection may stay without a login, in seconds."""
    open_timeout: float
    """How long a handshake may take, in seconds."""
    asking: "Asking | None"
    """What asks the app's own server about some requests, if there is one."""
    origins: Sequence[Origin | None]
    tasks: asyncio.TaskGroup
    loop: asyncio.AbstractEventLoop
    connections: "set[Connection]" = field(default_factory=set)
    """Those that there are, with or without a handshake."""
    nobody: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the last connection is gone."""
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when nobody is let in any more."""


class Connection(WebSocket):
    """One connection, which is a session to the core."""

    __slots__ = (
        "_answered",
        "_asked",
        "_is_asking",
        "_late",
        "_login_asked",
        "_no_login",
        "_platform",
        "_session_id",
        "_shared",
        "_user_id",
        "outbox",
    )

    def __init__(self, shared: Shared, session_id: int) -> None:
        """Make a connection that is not there yet."""
        super().__init__(shared.loop, shared.origins, shared.open_timeout)
        self._shared = shared
        self._session_id = session_id
        self.outbox = Outbox(self, shared.metrics)
        self._user_id = ""
        """Who is logged in; empty for nobody."""
        self._no_login: asyncio.TimerHandle | None = None
        self._platform: Platform | None = None
        """The platform of its device; None if nobody is logged in."""
        self._asked = 0
        """How many requests the core was to answer."""
        self._answered = 0
        """How many of them it has answered."""
        self._login_asked = 0
        """The number of the last login: who calls next is known once it is answered."""
        self._late: list[tuple[int, bytes]] = []
        """Answers that do not come from the core, and after how many of the core's they come."""
        self._is_asking = False
        """Whether the app's own server is asked about a request: the next ones wait."""

    # What the other side does

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake."""
        super().connection_made(transport)
        self._shared.connections.add(self)
        if self._shared.ending.is_set():
            # It was accepted just before, and nobody else would close it.
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Handle the loss of the connection."""
        super().connection_lost(exc)
        self._shared.connections.discard(self)
        if not self._shared.connections:
            self._shared.nobody.set()

    def opened(self) -> None:
        """Wait for a login."""
        self._shared.edge.join(self._session_id, self)
        self._await_login()

    def received(self) -> None:
        """Note a sign of life."""
        self._shared.edge.received(self._session_id)

    def is_ready(self) -> bool:
        """Tell whether a request can be served: who does not take answers gets no more."""
        under_way = self._asked - self._answered
        is_held_up = self._is_asking or self._answered < self._login_asked
        return not is_held_up and self.outbox.answers + under_way < ANSWERS_MAX

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
        """Handle the end of the connection: the device is lost unless it logged out."""
        self._stop_waiting()
        self._shared.edge.leave(self._session_id)

    def message(self, text: bytes) -> None:
        """Carry out a request, or ask about it first."""
        began = monotonic()
        try:
            request = decode_request(text)
        except IMError as error:
            self._answer(None, error)
            self._shared.metrics.ws.answered(OTHER, 0.0, error)
            return
        if request.method == _HEARTBEAT and not self._is_waiting and _has_no_params(request):
            self._heartbeat(request, began)
            return
        asking = self._shared.asking
        if asking is None or not asking.concerns(request.method):
            self._carry_out(request)
        elif self._user_id:
            # The client's next requests wait, so that theirs keep their order; nobody else does.
            self._is_asking = True
            self._shared.tasks.create_task(self._ask(asking, request))
        else:
            refusal = IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
            self._answer(request.id, refusal)
            self._shared.metrics.ws.answered(request.method, 0.0, refusal)

    # What the edge does

    def add_answer(self, frame: bytes) -> None:
        """Take the core's answer to the earliest request that it has not answered."""
        self._answered += 1
        self.outbox.add_answer(frame)
        while self._late and self._late[0][0] <= self._answered:
            self.outbox.add_answer(self._late.pop(0)[1])

    def login_changed(self, user_id: str, platform: Platform | None) -> None:
        """Start or stop waiting for a login, according to whether somebody is logged in."""
        self._user_id = user_id
        self._platform = platform
        self._stop_waiting()
        if not user_id and self.is_open:
            self._await_login()

    # How

    def _heartbeat(self, request: Request, began: float) -> None:
        answer = _EMPTY if self._user_id else IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        self._answer(request.id, answer)
        self._shared.metrics.ws.answered(_HEARTBEAT, monotonic() - began, answer)

    def _carry_out(self, request: Request, *, is_dropped: bool = False) -> None:
        core = self._shared.edge.core
        if request.method == Method.LOGIN:
            # The UserSig is checked before all else, and so before other fields are even read.
            try:
                claimed = decode_params(request.params, Credentials)
                now = self._shared.clock()
                proof = self._shared.key.verify(
                    claimed.sdk_app_id, claimed.user_id, claimed.user_sig, now.unix_ms
                )
            except IMError as error:
                self._answer(request.id, error)
                self._shared.metrics.ws.answered(request.method, 0.0, error)
                return
            self._count(request)
            self._login_asked = self._asked
            core.login(self._session_id, proof, request)
        else:
            self._count(request)
            core.request(self._session_id, request, is_dropped=is_dropped)

    @property
    def _is_waiting(self) -> bool:
        """Tell whether the core has requests to answer."""
        return self._asked != self._answered

    def _count(self, request: Request) -> None:
        self._asked += not isinstance(request.id, UnsetType)

    def _answer(self, request_id: RequestID | UnsetType, answer: Struct | IMError) -> None:
        """Answer a request that the core need not see, in its turn."""
        if isinstance(request_id, UnsetType):
            return
        frame = text_frame(encode_answer(request_id, answer))
        if self._is_waiting:
            self._late.append((self._asked, frame))
        else:
            self.outbox.send_answer(frame)

    async def _ask(self, asking: "Asking", request: Request) -> None:
        verdict = await asking.ask(self._user_id, self._platform, request)
        self._is_asking = False
        try:
            if verdict.refusal is not None:
                self._answer(request.id, verdict.refusal)
                self._shared.metrics.ws.answered(request.method, 0.0, verdict.refusal)
            else:
                self._carry_out(verdict.request, is_dropped=verdict.is_dropped)
        except Exception as fault:
            # Out of here it would end the tasks of all others, and the backend with them.
            self.give_up(fault)
        self.hand_over()

    def _await_login(self) -> None:
        self._no_login = self._shared.loop.call_later(
            self._shared.login_timeout, self.close, CloseCode.NO_LOGIN, "nobody logged in"
        )

    def _stop_waiting(self) -> None:
        if self._no_login is not None:
            self._no_login.cancel()
            self._no_login = None


def _has_no_params(request: Request) -> bool:
    return isinstance(request.params, UnsetType) or bytes(request.params) == b"{}"
