"""A WebSocket whose messages are requests, served in their order and in turns."""

from collections import deque
from typing import TYPE_CHECKING, Final

from msgspec import Struct, UnsetType

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import (
    Request,
    RequestID,
    decode_params,
    decode_request,
    encode_answer,
)
from imtui.protocol.messages import Credentials, Empty, Method
from imtui.protocol.proof import Proof
from imtui.protocol.rest.callback import opt_platform
from imtui.protocol.status import Platform
from imtui.protocol.verification import verify_user_sig
from imtui.server.edge.outbox import Outbox
from imtui.server.edge.pending_answers import PendingAnswers
from imtui.server.edge.shared import Shared
from imtui.server.edge.turns.turns import Payers
from imtui.server.edge.websocket.text_frames import text_frame
from imtui.server.edge.websocket.websocket import TURN, WebSocket
from imtui.server.metrics import OTHER

if TYPE_CHECKING:
    from imtui.server.edge.before_callbacks.request_checks import RequestChecks

REQUESTS_MAX: Final = 64
"""The most requests of a connection that are under way."""
QUEUE_MAX: Final = 64 * 1024
"""With so many bytes of requests that wait for their turn, no more are read."""
_OVERHEAD: Final = 64
"""The memory that a request in the queue takes beside its bytes."""
_UNSENT_MAX: Final = 128 * 1024
"""With more bytes of answers that the client does not read, no request is carried out."""
_UNCOMMITTED_MAX: Final = 64 * 1024
"""The same of answers that wait for a commit."""
_PACE: Final = 0.05
"""How often input of an account in debt is handled, in seconds."""
_COLLECTED: Final = 500e-6
"""From how much on the payers pay what the edge has spent, in seconds."""
_FRAME_COST: Final = 10e-6
"""What a ping or a fragment costs, in seconds; to measure it would cost as much."""
_HEARTBEAT_MAX: Final = 512
_EMPTY: Final = Empty()
_HEARTBEAT: Final = Method.HEARTBEAT.value


class RequestSocket(WebSocket):
    """The requests of one connection.

    They are served in their order. While the client has too much under way, or others have their
    turns, they wait. Whoever causes a cost pays for it: the account, or while nobody is logged in,
    the connection and its address.
    """

    __slots__ = (
        "_is_checking",
        "_is_indebted",
        "_paced_until",
        "_pending",
        "_queue",
        "_queue_size",
        "_session_id",
        "_shared",
        "_unpaid",
        "address",
        "outbox",
        "payers",
        "platform",
        "spent",
        "user_id",
    )

    def __init__(self, shared: Shared, session_id: int, address: str) -> None:
        """Prepare the connection; asyncio connects it.

        Args:
            shared: What all connections share.
            session_id: The core's number for the connection.
            address: The IP address of the other end; empty on a Unix socket.
        """
        super().__init__(shared.loop, shared.origins, shared.open_timeout)
        self._shared = shared
        self._session_id = session_id
        self.outbox = Outbox(self, shared.metrics)
        self.user_id = ""
        """The user who is logged in; empty for nobody."""
        self.platform: Platform | None = None
        """The platform of the user's device; None if nobody is logged in."""
        self.address = address
        """The IP address of the client; empty on a Unix socket."""
        self.payers: Payers = (session_id,)
        """Who pays for the requests."""
        self.spent = 0.0
        """A cost that is still to be paid by whoever logs in next."""
        self._pending = PendingAnswers()
        self._is_checking = False
        """Whether the app's own server is being asked about a request; later requests wait."""
        self._queue: deque[bytes] | None = None
        """Requests that wait for their turn."""
        self._queue_size = 0
        self._is_indebted = False
        """Whether the payers were in debt when input was last handled."""
        self._paced_until = 0.0
        self._unpaid = 0.0

    # Called by the WebSocket

    def turn_delay(self) -> float:
        """Return in how many seconds input may be handled: now, unless there is a debt."""
        turns = self._shared.turns
        if not turns.owing or turns.owing.isdisjoint(self.payers):
            self._is_indebted = False
            return 0.0
        now = self._shared.loop.time()
        debt = turns.debt(self.payers, now)
        self._is_indebted = debt > 0
        if not self._is_indebted or not self.user_id:
            return debt
        # Heartbeats have to be found among the requests that wait.
        delay = self._paced_until - now
        if delay > 0:
            return delay
        self._paced_until = now + _PACE
        return 0.0

    def is_ready(self) -> bool:
        """Tell whether a message may be handed over: if not to be served, then to wait."""
        if self._queue_size >= QUEUE_MAX:
            return False
        return self._writer is not None or not self._is_congested()

    def is_busy(self) -> bool:
        """Tell whether requests wait, or the app's own server is being asked about one."""
        return self._is_checking or self._queue is not None

    def took_frames(self, count: int) -> None:
        """Pay for frames that were no messages."""
        self.charge(count * _FRAME_COST)

    def handed_over(self) -> None:
        """Wait for a turn if requests wait that could be served."""
        if self._queue is not None and self._can_serve():
            self._shared.turns.want(self.payers, self)

    def message(self, text: bytes) -> None:
        """Serve a request, or let it wait for its turn."""
        is_first = self._queue is None and not self._is_indebted
        if is_first and self._shared.turns.is_free() and self._can_serve():
            self._serve(text)
        elif not (_may_be_heartbeat(text) and self._is_out_of_order and self._beat(text)):
            if self._queue is None:
                self._queue = deque()
            self._queue.append(text)
            self._queue_size += len(text) + _OVERHEAD

    # Called by the turns

    def take_turn(self) -> None:
        """Serve requests that wait, for one turn at most."""
        ends = self._shared.loop.time() + TURN
        try:
            while self._queue and self.is_open and self._can_serve():
                text = self._queue.popleft()
                self._queue_size -= len(text) + _OVERHEAD
                if not self._queue:
                    self._queue = None
                self._serve(text)
                if self._queue and self._shared.loop.time() >= ends:
                    break
        except Exception as error:
            self.give_up(error)
        if self._queue is not None or self.has_halted():
            self.hand_over()

    # Called by the edge and a subclass

    def add_answer(self, frame: bytes) -> None:
        """Add the core's answer to its earliest unanswered request to the outbox."""
        for answer in self._pending.take(frame):
            self.outbox.add_answer(answer)

    def change_payers(self, payers: Payers) -> None:
        """Let others pay from now on, as somebody logged in or out."""
        self._pay()
        self._shared.turns.leave(self)
        self.payers = payers

    def charge(self, cost: float) -> None:
        """Let the payers pay; small sums are collected first."""
        self._unpaid += cost
        if self._unpaid >= _COLLECTED:
            self._pay()

    def drop_requests(self) -> int:
        """Drop all that waits, as the connection has ended; return how many bytes that frees."""
        self._pending.clear()
        self._shared.turns.leave(self)
        self._queue = None
        self._unpaid, self.spent = self._unpaid + self.spent, 0.0
        self._pay()
        return self._queue_size

    def _is_congested(self) -> bool:
        """Tell whether the client does not read answers, given that the transport is congested."""
        return self.outbox.answers_size + self._unsent_size() > _UNSENT_MAX

    def _can_serve(self) -> bool:
        """Tell whether a request can be served, as far as earlier ones and their answers go."""
        if self._is_checking or (self._writer is None and self._is_congested()):
            return False
        under_way = self._pending.waiting
        if not under_way:
            return True
        if self._pending.is_login_pending:
            return False
        core = self._shared.edge.core
        is_full = core.uncommitted_size(self._session_id) >= _UNCOMMITTED_MAX
        return under_way < REQUESTS_MAX and not is_full

    def _pay(self) -> None:
        self._shared.turns.charge(self.payers, self._unpaid)
        self._unpaid = 0.0

    @property
    def _is_out_of_order(self) -> bool:
        """Tell whether a heartbeat is answered before requests that wait or are under way."""
        return bool(self.user_id) and not self._pending.is_login_pending

    def _beat(self, text: bytes) -> bool:
        """Answer a heartbeat out of order; tell whether it was one."""
        began = self._shared.cpu_clock()
        try:
            request = decode_request(text)
        except IMError:
            return False
        return self._answer_heartbeat(request, began)

    def _answer_heartbeat(self, request: Request, began: float) -> bool:
        """Answer a request if it is a heartbeat that the core need not see; tell whether it is."""
        if request.method != _HEARTBEAT or not _has_no_params(request):
            return False
        if self._pending.waiting and not self._is_out_of_order:
            return False
        answer = _EMPTY if self.user_id else IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        if not isinstance(request.id, UnsetType):
            self.outbox.send_answer(text_frame(encode_answer(request.id, answer)))
        cost = self._shared.cpu_clock() - began
        self._shared.metrics.ws.answered(_HEARTBEAT, cost, answer)
        self.charge(cost)
        return True

    def _serve(self, text: bytes) -> None:
        """Dispatch a request, after a callback if the app's own server wants one."""
        began = self._shared.cpu_clock()
        try:
            request = decode_request(text)
        except IMError as error:
            self._refuse(None, OTHER, error, began)
            return
        if self._answer_heartbeat(request, began):
            return
        checks = self._shared.checks()
        if checks is None or not checks.concerns(request.method):
            self._dispatch(request, began)
        elif self.user_id:
            # This client's next requests wait, so that their order is kept.
            self._is_checking = True
            self._shared.tasks.create_task(self._check(checks, request))
        else:
            refusal = IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
            self._refuse(request.id, request.method, refusal, began)

    def _dispatch(self, request: Request, began: float, *, is_dropped: bool = False) -> None:
        """Let the core carry out a request, on which work began at this CPU time."""
        core, cpu_clock = self._shared.edge.core, self._shared.cpu_clock
        if request.method != Method.LOGIN:
            asked = self._pending.ask(request)
            spent = cpu_clock() - began
            cost = core.request(self._session_id, asked, spent, is_dropped=is_dropped)
        else:
            # The UserSig is checked before any other field is read.
            try:
                proof = self._check_user_sig(request)
            except IMError as error:
                self._refuse(request.id, request.method, error, began)
                return
            asked = self._pending.ask(request)
            spent, self.spent = self.spent + cpu_clock() - began, 0.0
            cost = core.login(self._session_id, proof, asked, self.address, spent)
        if cost:
            self.charge(cost)

    def _check_user_sig(self, request: Request) -> Proof:
        claimed = decode_params(request.params, Credentials)
        now, key_ring = self._shared.clock(), self._shared.edge.trust.key_ring
        return self._shared.guard.check(
            self.address,
            claimed.user_id,
            Method.LOGIN,
            lambda admit: verify_user_sig(
                key_ring, claimed.sdk_app_id, claimed.user_id, claimed.user_sig, now.unix_ms, admit
            ),
        )

    def _refuse(
        self, request_id: RequestID | UnsetType, method: str, error: IMError, began: float
    ) -> None:
        """Answer a request with an error that the core did not make, and pay for it."""
        self._answer(request_id, error)
        self._shared.metrics.ws.answered(method, 0.0, error)
        self.charge(self._shared.cpu_clock() - began)

    def _answer(self, request_id: RequestID | UnsetType, answer: Struct | IMError) -> None:
        """Answer a request without the core, after the answers to earlier requests."""
        if isinstance(request_id, UnsetType):
            return
        frame = text_frame(encode_answer(request_id, answer))
        if not self._pending.add_own(frame):
            self.outbox.send_answer(frame)

    async def _check(self, checks: "RequestChecks", request: Request) -> None:
        from imtui.server.edge.before_callbacks.request_checks import Sender

        sender = Sender(self.user_id, opt_platform(self.platform), self.address)
        verdict = await checks.check(sender, request)
        self._is_checking = False
        began = self._shared.cpu_clock()
        try:
            if verdict.refusal is not None:
                self._refuse(request.id, request.method, verdict.refusal, began)
            else:
                self._dispatch(verdict.request, began, is_dropped=verdict.is_dropped)
        except Exception as error:
            # Raised out of here, it would cancel the whole task group and end the backend.
            self.give_up(error)
        self.hand_over()


def _has_no_params(request: Request) -> bool:
    return isinstance(request.params, UnsetType) or bytes(request.params) == b"{}"


def _may_be_heartbeat(text: bytes) -> bool:
    return len(text) < _HEARTBEAT_MAX and b'"heartbeat"' in text
