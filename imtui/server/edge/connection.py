"""A client's connection: requests in, answers and pushes out, and the wait for a login."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final

from msgspec import Struct, UnsetType, structs
from websockets.datastructures import Headers
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
from imtui.protocol.rest.callback import opt_platform
from imtui.protocol.status import Platform
from imtui.server.audit import Audit, Kind
from imtui.server.edge.addresses import Peer, TrustedProxies
from imtui.server.edge.edge import Edge
from imtui.server.edge.login_guard import LoginGuard
from imtui.server.edge.memory import Trimmer
from imtui.server.edge.outbox import Outbox
from imtui.server.edge.places import Places
from imtui.server.edge.websocket.text_frames import Writer, text_frame
from imtui.server.edge.websocket.websocket import WRITE_BUFFER_MAX, WebSocket
from imtui.server.instant import Instant
from imtui.server.metrics import OTHER, Metrics

if TYPE_CHECKING:
    from imtui.server.edge.before_callbacks.request_checks import RequestChecks

CONNECTING: Final = "connect"
"""What was refused, in the audit log."""
REQUESTS_MAX: Final = 64
"""The most requests of a connection that are under way."""
_UNSENT_MAX: Final = 128 * 1024
"""With more bytes of answers that the client does not read, no request is carried out."""
_UNCOMMITTED_MAX: Final = 64 * 1024
"""The same of answers that wait for a commit."""
_EMPTY: Final = Empty()
_HEARTBEAT: Final = Method.HEARTBEAT.value
_LOGIN_CHANGES: Final = frozenset((Method.LOGIN.value, Method.LOGOUT.value))


@dataclass(frozen=True)
class Shared:
    """The objects that all connections share."""

    edge: Edge
    key: AppKey
    guard: LoginGuard
    audit: Audit
    clock: Callable[[], Instant]
    metrics: Metrics
    login_timeout: float
    """How long a connection may stay without a login, in seconds."""
    open_timeout: float
    """How long a handshake may take, in seconds."""
    proxies: TrustedProxies
    checks: "RequestChecks | None"
    """Asks the app's own server about some requests; None without such a server."""
    origins: Sequence[Origin | None]
    tasks: asyncio.TaskGroup
    loop: asyncio.AbstractEventLoop
    places: Places
    trimmer: Trimmer
    connections: "set[Connection]" = field(default_factory=set)
    """All connections, with or without a completed handshake."""
    all_ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the last connection has ended."""
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when new connections are no longer accepted."""


class Connection(WebSocket):
    """One connection; the core sees it as a session."""

    __slots__ = (
        "_address",
        "_answered",
        "_asked",
        "_is_checking",
        "_is_unwanted",
        "_login_number",
        "_login_timer",
        "_own_answers",
        "_peer",
        "_platform",
        "_session_id",
        "_shared",
        "_unsent_number",
        "_user_id",
        "outbox",
    )

    def __init__(self, shared: Shared, session_id: int, peer: Peer) -> None:
        """Prepare the connection; asyncio connects it."""
        super().__init__(shared.loop, shared.origins, shared.open_timeout)
        self._shared = shared
        self._session_id = session_id
        self.outbox = Outbox(self, shared.metrics)
        self._user_id = ""
        """The user who is logged in; empty for nobody."""
        self._peer = peer
        self._address = peer.address
        """The IP address of the client; empty on a Unix socket."""
        self._is_unwanted = False
        """Whether it had to make room before it was connected."""
        self._login_timer: asyncio.TimerHandle | None = None
        self._platform: Platform | None = None
        """The platform of the user's device; None if nobody is logged in."""
        self._asked = 0
        """How many requests that need an answer went to the core."""
        self._answered = 0
        """How many of them the core has answered."""
        self._login_number = 0
        """The number of the last login or logout; later requests wait until it is answered."""
        self._unsent_number = 0
        """The number of the last login or logout without an ID, whose answer is not sent."""
        self._own_answers: list[tuple[int, bytes]] = []
        """Answers that the core did not make, each with how many of the core's precede it."""
        self._is_checking = False
        """Whether the app's own server is being asked about a request; later requests wait."""

    # Called by the WebSocket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake."""
        super().connection_made(transport)
        self._shared.connections.add(self)
        if self._is_unwanted or self._shared.ending.is_set():
            # The gateway, which stopped just after it was accepted, does not know of it.
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Handle the loss of the connection."""
        super().connection_lost(exc)
        self._shared.places.leave(self)
        # Also if it never opened: the outbox would keep the connection alive.
        self.outbox.close()
        self._shared.connections.discard(self)
        if not self._shared.connections:
            self._shared.all_ended.set()

    def opened(self, headers: Headers) -> None:
        """Wait for a login."""
        client = self._shared.proxies.client(
            self._peer, headers.get_all("X-Forwarded-For"), headers.get_all("Forwarded")
        )
        self._address = client.address
        if self._peer.is_proxy and client.is_limited:
            if not self._shared.places.admits(client.address):
                self._shared.audit(Kind.LIMIT, client.address, "", CONNECTING, CloseCode.NO_PLACE)
                self.close(CloseCode.NO_PLACE, "too many connections from this address")
                return
            self._shared.places.name(self, client.address)
        self._shared.edge.join(self._session_id, self)
        self._await_login()

    def received(self) -> None:
        """Note a sign of life."""
        self._shared.edge.received(self._session_id)

    def is_ready(self) -> bool:
        """Tell whether a request can be served: not while many answers are unread."""
        if self._is_checking or self._answered < self._login_number:
            return False
        if self._writer is None and self.outbox.answers_size + self._unsent_size() > _UNSENT_MAX:
            return False
        under_way = self._asked - self._answered
        if not under_way:
            return True
        is_full = under_way + len(self._own_answers) >= REQUESTS_MAX
        core = self._shared.edge.core
        return not is_full and core.uncommitted_size(self._session_id) < _UNCOMMITTED_MAX

    def is_busy(self) -> bool:
        """Tell whether the app's own server is being asked about a request."""
        return self._is_checking

    def next_data(self) -> bytes:
        """Return frames that are ready, as many as are written at once."""
        return self.outbox.take(WRITE_BUFFER_MAX)

    def waiting_size(self) -> int:
        """Return how many bytes are ready to be written."""
        return self.outbox.size

    def writable(self, writer: Writer | None) -> None:
        """Let the outbox write while the client reads."""
        self.outbox.writer = writer

    def closed(self, held: int) -> None:
        """Handle the end of the connection: the device is lost unless it logged out."""
        self._cancel_login_timer()
        self._own_answers.clear()
        self._shared.trimmer.freed(self.outbox.size + held)
        self.outbox.close()
        self._shared.edge.leave(self._session_id)

    def message(self, text: bytes) -> None:
        """Dispatch a request, after a callback if the app's own server wants one."""
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
        checks = self._shared.checks
        if checks is None or not checks.concerns(request.method):
            self._dispatch(request)
        elif self._user_id:
            # This client's next requests wait, so that their order is kept.
            self._is_checking = True
            self._shared.tasks.create_task(self._check(checks, request))
        else:
            refusal = IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
            self._answer(request.id, refusal)
            self._shared.metrics.ws.answered(request.method, 0.0, refusal)

    # Called by the edge

    def add_answer(self, frame: bytes) -> None:
        """Add the core's answer to its earliest unanswered request to the outbox."""
        self._answered += 1
        if self._answered != self._unsent_number:
            self.outbox.add_answer(frame)
        while self._own_answers and self._own_answers[0][0] <= self._answered:
            self.outbox.add_answer(self._own_answers.pop(0)[1])

    def login_changed(self, user_id: str, platform: Platform | None) -> None:
        """Set the user who is logged in; wait for a login while there is none."""
        self._user_id = user_id
        self._platform = platform
        self.trust(is_trusted=bool(user_id))
        self._cancel_login_timer()
        if user_id:
            self._shared.places.logged_in(self)
        elif self.is_open:
            self._shared.places.logged_out(self)
            self._await_login()

    # Called by the places

    def make_room(self) -> None:
        """Close at once, as all places are taken and this connection has no login."""
        self._is_unwanted = True
        self._shared.audit(Kind.LIMIT, self._address, "", CONNECTING, CloseCode.NO_PLACE)
        self.close(CloseCode.NO_PLACE, "too many connections")
        self.abort()

    def _heartbeat(self, request: Request, began: float) -> None:
        answer = _EMPTY if self._user_id else IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        self._answer(request.id, answer)
        self._shared.metrics.ws.answered(_HEARTBEAT, monotonic() - began, answer)

    def _dispatch(self, request: Request, *, is_dropped: bool = False) -> None:
        core = self._shared.edge.core
        if request.method == Method.LOGIN:
            # The UserSig is checked before any other field is read.
            try:
                claimed = decode_params(request.params, Credentials)
                now = self._shared.clock()
                proof = self._shared.guard.check(
                    self._address,
                    claimed.user_id,
                    Method.LOGIN,
                    lambda admit: self._shared.key.verify(
                        claimed.sdk_app_id, claimed.user_id, claimed.user_sig, now.unix_ms, admit
                    ),
                )
            except IMError as error:
                self._answer(request.id, error)
                self._shared.metrics.ws.answered(request.method, 0.0, error)
                return
            core.login(self._session_id, proof, self._counted(request), self._address)
        else:
            core.request(self._session_id, self._counted(request), is_dropped=is_dropped)

    @property
    def _is_waiting(self) -> bool:
        """Tell whether the core still has requests to answer."""
        return self._asked != self._answered

    def _counted(self, request: Request) -> Request:
        """Count a request that the core will answer, and return it as the core gets it."""
        is_notification = isinstance(request.id, UnsetType)
        if request.method in _LOGIN_CHANGES:
            self._asked += 1
            self._login_number = self._asked
            if is_notification:
                # The next request waits for the core's answer, which is not sent.
                self._unsent_number = self._asked
                request = structs.replace(request, id=None)
        else:
            self._asked += not is_notification
        return request

    def _answer(self, request_id: RequestID | UnsetType, answer: Struct | IMError) -> None:
        """Answer a request without the core, after the answers to earlier requests."""
        if isinstance(request_id, UnsetType):
            return
        frame = text_frame(encode_answer(request_id, answer))
        if self._is_waiting:
            self._own_answers.append((self._asked, frame))
        else:
            self.outbox.send_answer(frame)

    async def _check(self, checks: "RequestChecks", request: Request) -> None:
        from imtui.server.edge.before_callbacks.request_checks import Sender

        sender = Sender(self._user_id, opt_platform(self._platform), self._address)
        verdict = await checks.check(sender, request)
        self._is_checking = False
        try:
            if verdict.refusal is not None:
                self._answer(request.id, verdict.refusal)
                self._shared.metrics.ws.answered(request.method, 0.0, verdict.refusal)
            else:
                self._dispatch(verdict.request, is_dropped=verdict.is_dropped)
        except Exception as error:
            # Raised out of here, it would cancel the whole task group and end the backend.
            self.give_up(error)
        self.hand_over()

    def _await_login(self) -> None:
        self._login_timer = self._shared.loop.call_later(
            self._shared.login_timeout, self.close, CloseCode.NO_LOGIN, "nobody logged in"
        )

    def _cancel_login_timer(self) -> None:
        if self._login_timer is not None:
            self._login_timer.cancel()
            self._login_timer = None


def _has_no_params(request: Request) -> bool:
    return isinstance(request.params, UnsetType) or bytes(request.params) == b"{}"
