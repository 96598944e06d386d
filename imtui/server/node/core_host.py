"""Drives the core: passes calls and the time in, and outputs on after their commit."""

import logging
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, UnsetType

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Request, encode_answer
from imtui.protocol.limits import heartbeat_interval
from imtui.protocol.messages import LoginResult, Method
from imtui.protocol.proof import Proof
from imtui.server.audit import Audit, Kind, no_audit
from imtui.server.buckets import Buckets
from imtui.server.core.accounts.changes import CloseReason
from imtui.server.core.change import Change
from imtui.server.core.console import ConsoleChanged
from imtui.server.core.core import Core
from imtui.server.core.delivery import (
    AdminsDelivery,
    CloseDelivery,
    ForgetDelivery,
    HeartbeatDelivery,
    KeysDelivery,
    LoginDelivery,
    PushDelivery,
    StatusDelivery,
)
from imtui.server.core.logins.administration import get_console
from imtui.server.core.messages.changes import MessageSent
from imtui.server.core.presence.changes import StatusChanged
from imtui.server.garbage import without_frames
from imtui.server.instant import Instant
from imtui.server.link.ports import EdgePort, HTTPAnswer, HTTPRequest
from imtui.server.metrics import Metrics
from imtui.server.node.commits import Answer, Commits, Output
from imtui.server.store.store import Store, StoreError

if TYPE_CHECKING:
    from imtui.server.commands.rest import Rest

_log: Final = logging.getLogger(__name__)
_FAILED_LOGINS: Final = frozenset(
    {ErrorCode.ERR_SVR_ACCOUNT_INVALID_USERSIG, ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND}
)


class CoreHost:
    """The core's port: dispatches the requests of an edge, and sends it the outputs."""

    rest_api: "Rest"

    def __init__(
        self,
        core: Core,
        store: Store,
        edge: EdgePort,
        clock: Callable[[], Instant],
        metrics: Metrics,
        observers: Sequence[Callable[[list[Change], str], None]] = (),
        reactions: Mapping[type[Change], Callable[[Any], None]] | None = None,
        audit: Audit = no_audit,
        cpu_clock: Callable[[], float] = perf_counter,
    ) -> None:
        """Start; needs a running event loop.

        Args:
            core: The core to drive.
            store: Makes its changes durable.
            edge: Holds the connections.
            clock: Returns the current time.
            metrics: Counts requests and changes.
            observers: Called with the changes of each call and the IP address of its caller,
                which is empty if unknown or if nobody called. They have to be quick and must not
                raise, as all clients wait for them.
            reactions: What is called with each change of a kind, before the observers.
            audit: Notes refused logins, and requests that are refused by a limit.
            cpu_clock: Returns the CPU time that was used, in seconds; only differences count.
        """
        self._core = core
        self._store = store
        self._edge = edge
        self._clock = clock
        self._metrics = metrics
        self._observers = observers
        self._reactions = reactions or {}
        self._audit = audit
        self._cpu_clock = cpu_clock
        console = get_console(core.admin(clock()))
        self._heartbeat_interval = heartbeat_interval(console.heartbeat_timeout)
        self.buckets: Buckets[Hashable] = Buckets(console.cpu_seconds)
        """The CPU time that each account may use; edges add connections and addresses."""
        self.commits = Commits(store, self._send, metrics)
        self.on_due_changed: Callable[[], None] = lambda: None
        """Called when the core's next deadline may be earlier than before."""
        self._has_changed = False
        """Whether anything has changed since that was last called."""

    def login(
        self, session_id: int, proof: Proof, request: Request, address: str, spent: float
    ) -> float:
        """Log in a connection whose UserSig was checked, and return what nobody has paid for."""
        began = self._cpu_clock()
        now = self._clock()

        def log_in() -> Struct:
            if self.commits.is_failing:
                raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)
            own_status = self._core.login(session_id, proof, request, now, address)
            return LoginResult(self._heartbeat_interval, now.unix_ms, own_status)

        answer, cost = self._dispatch(session_id, request, log_in, began, (address, proof.user_id))
        # A login may cancel a deadline without any change.
        self.on_due_changed()
        # A failed login is not the account's: anybody could try it.
        payer = "" if isinstance(answer, IMError) else proof.user_id
        return self._charge(payer, spent + cost, now)

    def request(
        self, session_id: int, request: Request, spent: float, *, is_dropped: bool = False
    ) -> float:
        """Carry out a request, and return what nobody has paid for."""
        began = self._cpu_clock()
        now = self._clock()
        origin = self._core.origin_of(session_id)
        _, cost = self._dispatch(
            session_id,
            request,
            lambda: self._core.call(
                session_id,
                request,
                now,
                is_dropped=is_dropped,
                is_read_only=self.commits.is_failing,
            ),
            began,
            origin,
        )
        return self._charge(origin[1], spent + cost, now)

    def uncommitted_size(self, session_id: int) -> int:
        """Return how many bytes of answers to a session wait for a commit."""
        return self.commits.uncommitted_size(session_id)

    def lost(self, session_id: int, *, is_silent: bool = False) -> None:
        """Note that a connection ended without a logout."""
        reason = CloseReason.SILENT if is_silent else CloseReason.LOST
        address, _ = self._core.origin_of(session_id)
        self._core.lost(session_id, reason, self._clock())
        self.carry_on(address, is_patient=True)

    def payer_of(self, session_id: int) -> Hashable:
        """Return the account of a session; without one, the session itself."""
        return self._core.origin_of(session_id)[1] or session_id

    def away(self, session_ids: Iterable[int]) -> None:
        """Let the clients of sessions whose edge is gone come back elsewhere."""
        self._core.away(session_ids, self._clock())
        self.on_due_changed()

    def back(self, session_ids: Iterable[int]) -> None:
        """Note that sessions that were away are with their edge again."""
        self._core.back(session_ids)

    async def rest(self, request: HTTPRequest) -> HTTPAnswer:
        """Answer a request to the HTTP port."""
        return await self.rest_api.answer(request)

    def sweep(self) -> None:
        """Let the core handle deadlines that have passed."""
        self._core.sweep(self._clock())
        self.carry_on()

    def carry_on(self, address: str = "", *, is_patient: bool = False) -> None:
        """Store and deliver changes that no request of a session made.

        Args:
            address: The IP address of whoever made them; empty if unknown.
            is_patient: Whether their commit may wait a little for more changes.
        """
        changes = self._core.take_changes()
        if changes:
            self.commits.add(changes, self._deliver(changes, address), is_patient=is_patient)

    def _dispatch(
        self,
        session_id: int,
        request: Request,
        call: Callable[[], Struct],
        began: float,
        origin: tuple[str, str],
    ) -> tuple[Struct | IMError, float]:
        """Call the core for a session, given its IP address and user.

        Returns:
            The answer, and what it has cost since ``began``, with all that others are told because
            of it; that it is stored and sent is not included.
        """
        answer = self._answer(request, call)
        outputs: list[Output] = []
        request_id = request.id
        if not isinstance(request_id, UnsetType):
            outputs.append(Answer(session_id, request_id, encode_answer(request_id, answer)))
        changes = self._core.take_changes()
        if changes:
            outputs += self._deliver(changes, origin[0])
        cost = self._cpu_clock() - began
        is_free = self.commits.is_idle and not self.commits.holds_all and self._store.is_current
        if changes or not is_free:
            # Many clients come back at once, and ask for much then.
            is_patient = not changes or request.method == Method.LOGIN
            self.commits.add(changes, outputs, is_patient=is_patient)
        elif outputs:
            # Nothing waits for a commit that this answer could overtake or acknowledge.
            self._send(outputs)
        self._metrics.ws.answered(request.method, self._cpu_clock() - began, answer)
        if isinstance(answer, IMError) and (kind := _kind(request, answer)) is not None:
            self._audit(kind, *origin, request.method, answer.code)
        return answer, cost

    def _charge(self, user_id: str, cost: float, now: Instant) -> float:
        """Let an account pay for a cost, and return what is left to pay."""
        if not user_id:
            return cost
        self.buckets.charge(user_id, cost, now.monotonic)
        return 0.0

    def _answer(self, request: Request, call: Callable[[], Struct]) -> Struct | IMError:
        try:
            return call()
        except IMError as error:
            return without_frames(error)
        except StoreError as error:
            _log.error("%s", error)
        except Exception:
            # A bug: answer the caller with an internal error; others are not affected.
            _log.exception("%s failed", request.method)
        return IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)

    def _deliver(self, changes: list[Change], address: str) -> Sequence[Output]:
        self._has_changed = True
        for change in changes:
            if isinstance(change, StatusChanged):
                self._metrics.changes += 1
            elif isinstance(change, MessageSent):
                self._metrics.messages += change.stored is not None
            elif isinstance(change, ConsoleChanged):
                self.buckets.share = change.console.cpu_seconds
                self._heartbeat_interval = heartbeat_interval(change.console.heartbeat_timeout)
            if (react := self._reactions.get(type(change))) is not None:
                react(change)
        for observe in self._observers:
            observe(changes, address)
        return self._core.deliveries(changes)

    def _send(self, outputs: Iterable[Output]) -> None:
        edge = self._edge
        for output in outputs:
            match output:
                case Answer():
                    edge.answer(output.session_id, output.data)
                case PushDelivery():
                    edge.push(
                        output.session_ids,
                        output.data,
                        is_chat=output.is_chat,
                        state=output.state,
                    )
                case StatusDelivery():
                    edge.status(output.user_id, output.status, output.session_ids)
                case ForgetDelivery():
                    edge.forget(output.session_ids, output.user_ids)
                case LoginDelivery():
                    edge.login_changed(output.session_id, output.user_id, output.platform)
                case CloseDelivery():
                    edge.close(output.session_id, output.code, output.reason)
                case KeysDelivery():
                    edge.keys_changed(output.key_ring)
                case AdminsDelivery():
                    edge.admins_changed(output.user_ids)
                case HeartbeatDelivery():
                    edge.heartbeat_timeout_changed(output.timeout)
        edge.flush()
        if self._has_changed:
            # Once for a batch, not for each change.
            self._has_changed = False
            self.on_due_changed()


def _kind(request: Request, error: IMError) -> Kind | None:
    """Return what the audit log notes of a refused request."""
    is_login = request.method == Method.LOGIN
    if error.code == ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT:
        return Kind.LIMIT
    if is_login and error.code == ErrorCode.ERR_SDK_INVALID_OPERATION:
        return Kind.LIMIT
    return Kind.FAILED if is_login and error.code in _FAILED_LOGINS else None
