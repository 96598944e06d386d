"""Drives the core: passes calls and the time in, and outputs on after their commit."""

import logging
from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Final

from msgspec import Struct, UnsetType

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Request, encode_answer
from imtui.protocol.limits import heartbeat_interval
from imtui.protocol.messages import LoginResult, Method
from imtui.protocol.proof import Proof
from imtui.server.audit import Audit, Kind, no_audit
from imtui.server.core.accounts.changes import CloseReason
from imtui.server.core.change import Change
from imtui.server.core.core import Core
from imtui.server.core.delivery import (
    CloseDelivery,
    ForgetDelivery,
    LoginDelivery,
    PushDelivery,
    StatusDelivery,
)
from imtui.server.core.messages.changes import MessageSent
from imtui.server.core.presence.changes import StatusChanged
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
        heartbeat_timeout: float,
        metrics: Metrics,
        observers: Sequence[Callable[[list[Change], str], None]] = (),
        audit: Audit = no_audit,
    ) -> None:
        """Start; needs a running event loop.

        Args:
            core: The core to drive.
            store: Makes its changes durable.
            edge: Holds the connections.
            clock: Returns the current time.
            heartbeat_timeout: In seconds; determines the heartbeat interval of clients.
            metrics: Counts requests and changes.
            observers: Called with the changes of each call and the IP address of its caller,
                which is empty if unknown or if nobody called. They have to be quick and must not
                raise, as all clients wait for them.
            audit: Notes refused logins, and requests that are refused by a limit.
        """
        self._core = core
        self._edge = edge
        self._clock = clock
        self._heartbeat_interval = heartbeat_interval(heartbeat_timeout)
        self._metrics = metrics
        self._observers = observers
        self._audit = audit
        self.commits = Commits(store, self._send, metrics)
        self.on_due_changed: Callable[[], None] = lambda: None
        """Called when the core's next deadline may be earlier than before."""

    def login(self, session_id: int, proof: Proof, request: Request, address: str = "") -> None:
        """Log in a connection whose UserSig was checked."""
        began = monotonic()
        now = self._clock()

        def log_in() -> Struct:
            if self.commits.is_failing:
                raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)
            own_status = self._core.login(session_id, proof, request, now, address)
            return LoginResult(self._heartbeat_interval, now.unix_ms, own_status)

        self._dispatch(session_id, request, log_in, began, (address, proof.user_id))
        # A login may cancel a deadline without any change.
        self.on_due_changed()

    def request(self, session_id: int, request: Request, *, is_dropped: bool = False) -> None:
        """Carry out a request."""
        began = monotonic()
        now = self._clock()
        self._dispatch(
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
            self._core.origin_of(session_id),
        )

    def uncommitted_size(self, session_id: int) -> int:
        """Return how many bytes of answers to a session wait for a commit."""
        return self.commits.uncommitted_size(session_id)

    def lost(self, session_id: int, *, is_silent: bool = False) -> None:
        """Note that a connection ended without a logout."""
        reason = CloseReason.SILENT if is_silent else CloseReason.LOST
        address, _ = self._core.origin_of(session_id)
        self._core.lost(session_id, reason, self._clock())
        self.carry_on(address)

    async def rest(self, request: HTTPRequest) -> HTTPAnswer:
        """Answer a request to the HTTP port."""
        return await self.rest_api.answer(request)

    def sweep(self) -> None:
        """Let the core handle deadlines that have passed."""
        self._core.sweep(self._clock())
        self.carry_on()

    def carry_on(self, address: str = "") -> None:
        """Store and deliver changes that no request of a session made.

        Args:
            address: The IP address of whoever made them; empty if unknown.
        """
        changes = self._core.take_changes()
        if changes:
            self.commits.add(changes, self._deliver(changes, address))
            self.on_due_changed()

    def _dispatch(
        self,
        session_id: int,
        request: Request,
        call: Callable[[], Struct],
        began: float,
        origin: tuple[str, str],
    ) -> None:
        """Call the core for a session, given its IP address and user."""
        answer = self._answer(request, call)
        outputs: list[Output] = []
        request_id = request.id
        if not isinstance(request_id, UnsetType):
            outputs.append(Answer(session_id, request_id, encode_answer(request_id, answer)))
        changes = self._core.take_changes()
        if changes:
            outputs += self._deliver(changes, origin[0])
        if changes or not self.commits.is_idle:
            self.commits.add(changes, outputs)
            if changes:
                self.on_due_changed()
        elif outputs:
            # Nothing waits for a commit that this answer could overtake or acknowledge.
            self._send(outputs)
        self._metrics.ws.answered(request.method, monotonic() - began, answer)
        if isinstance(answer, IMError) and (kind := _kind(request, answer)) is not None:
            self._audit(kind, *origin, request.method, answer.code)

    def _answer(self, request: Request, call: Callable[[], Struct]) -> Struct | IMError:
        try:
            return call()
        except IMError as error:
            return error
        except StoreError as error:
            _log.error("%s", error)
        except Exception:
            # A bug: answer the caller with an internal error; others are not affected.
            _log.exception("%s failed", request.method)
        return IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)

    def _deliver(self, changes: list[Change], address: str) -> Sequence[Output]:
        for change in changes:
            if isinstance(change, StatusChanged):
                self._metrics.changes += 1
            elif isinstance(change, MessageSent):
                self._metrics.messages += change.stored is not None
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
        edge.flush()


def _kind(request: Request, error: IMError) -> Kind | None:
    """Return what the audit log notes of a refused request."""
    is_login = request.method == Method.LOGIN
    if error.code == ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT:
        return Kind.LIMIT
    if is_login and error.code == ErrorCode.ERR_SDK_INVALID_OPERATION:
        return Kind.LIMIT
    return Kind.FAILED if is_login and error.code in _FAILED_LOGINS else None
