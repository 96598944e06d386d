"""The REST API: commands for admins, and pages for monitors."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import ErrorObject
from imtui.protocol.proof import Proof
from imtui.protocol.rest.role import Role
from imtui.server.audit import Audit, Kind, no_audit
from imtui.server.commands import COMMANDS
from imtui.server.commands.change_log import ChangeLog
from imtui.server.commands.command import Call, Command
from imtui.server.commands.openapi import description
from imtui.server.core.admins.administering import get_role
from imtui.server.core.archive import ArchiveError
from imtui.server.core.core import Core
from imtui.server.core.logins.reads import figures
from imtui.server.core.rates import Window
from imtui.server.instant import Instant
from imtui.server.link.before_callbacks import BeforeCallbacks
from imtui.server.link.nodes import Nodes
from imtui.server.link.ports import HTTPAnswer, HTTPRequest
from imtui.server.metrics import OTHER
from imtui.server.process_metrics import ProcessMetrics
from imtui.server.prometheus import CONTENT_TYPE

_log: Final = logging.getLogger(__name__)

_COMMAND: Final = re.compile(r"/v4/[^/]+/[^/]+")
_JSON: Final = "application/json"
_NO_ADMIN: Final = ErrorObject(int(ErrorCode.ERR_SVR_COMM_ID_NOT_ADMIN), "")
_PAGE_KEPT: Final = 1.0
"""How long metrics with those of edges are shown, in seconds: edges report as often."""


class Rest:
    """Answers ``POST /v4/{service}/{command}`` with the field's envelope."""

    def __init__(
        self,
        core: Core,
        clock: Callable[[], Instant],
        carry_on: Callable[[str], None],
        durable: Callable[[], Awaitable[None]],
        failure: Callable[[], str],
        log: ChangeLog,
        metrics: ProcessMetrics,
        nodes: Nodes,
        before_callbacks: Callable[[], BeforeCallbacks | None] = lambda: None,
        audit: Audit = no_audit,
        *,
        queries_wait: bool = False,
    ) -> None:
        """Make the API.

        Args:
            core: The core that the commands call.
            clock: Returns the current time.
            carry_on: Stores and delivers the changes of a command, given its caller's address.
            durable: Waits until they are durable; raises IMError if the commit fails.
            failure: Returns why nothing can be made durable at present; empty if it can.
            log: The log of the latest changes.
            metrics: The metrics of all processes; counts the requests of admins in this one.
            nodes: The nodes of the backend.
            before_callbacks: Returns what asks the app's own server about some commands; None
                without such a server.
            audit: Notes the acts of admins.
            queries_wait: Whether the field's queries, too, wait until what they read is durable, as
                another node may take over, and go on without it.
        """
        self._core = core
        self._clock = clock
        self._carry_on = carry_on
        self._durable = durable
        self._failure = failure
        self._log = log
        self._metrics = metrics
        self._nodes = nodes
        self._requests = metrics.core.rest
        self._audit = audit
        self._queries_wait = queries_wait
        self._before_callbacks = before_callbacks
        self.findings: list[str] | None = None
        """The findings of the check of the whole store; None until it is done."""
        self.unreadable = ""
        """Why that check cannot read the store; empty if it can."""
        self._requests.expect(command.full_name for command in COMMANDS.values())
        self._shown, self._shown_until = b"", 0.0
        """The metrics, and how long they are shown before they are counted again."""
        self._began = clock()
        self._rates = {path: Window(command.rate, 1.0) for path, command in COMMANDS.items()}

    async def answer(self, request: HTTPRequest) -> HTTPAnswer:
        """Answer a request to the HTTP port."""
        return self._page(request) or await self._answer(request)

    def _page(self, request: HTTPRequest) -> HTTPAnswer | None:
        """Return a page that is open to anybody, if the request is for one."""
        # Monitors that only need the status use HEAD.
        if request.method not in ("GET", "HEAD"):
            return None
        match request.path:
            case "/healthz":
                return self._health()
            case "/metrics":
                return HTTPAnswer(self._metrics_page(), CONTENT_TYPE)
            case "/openapi.json":
                return HTTPAnswer(description(), _JSON)
        return None

    def _metrics_page(self) -> bytes:
        now = self._clock()
        if now.monotonic >= self._shown_until:
            counts = figures(self._core.admin(now))
            self._shown = self._metrics.render(counts).encode()
            # Anybody may ask, and over a link nobody pays for what it costs here.
            self._shown_until = now.monotonic + (_PAGE_KEPT if self._metrics.has_edges else 0.0)
        return self._shown

    def _health(self) -> HTTPAnswer:
        state = {"status": "ok", "store": "unchecked" if self.findings is None else "sound"}
        if self.findings:
            state = {"status": "store damaged", "store": self.findings[0]}
        elif self.unreadable:
            state = {"status": "store unreadable", "store": self.unreadable}
        if failure := self._failure():
            state = {"status": "store failing", "store": failure}
        return HTTPAnswer(
            msgspec.json.encode(state), _JSON, 200 if state["status"] == "ok" else 503
        )

    async def _answer(self, request: HTTPRequest) -> HTTPAnswer:
        command = COMMANDS.get(request.path)
        name = command.full_name if command else OTHER
        began = self._clock().monotonic
        try:
            result = await self._dispatch(request, command)
        except IMError as error:
            self._requests.answered(name, self._clock().monotonic - began, error)
            code = command.service.code(error) if command else error.code
            self._note(request, command, int(code))
            envelope = _envelope(command, code, error.message)
        else:
            self._requests.answered(name, self._clock().monotonic - began)
            self._note(request, command, 0)
            envelope = _envelope(command, 0, "") | result
        return HTTPAnswer(msgspec.json.encode(envelope), _JSON)

    async def _dispatch(self, request: HTTPRequest, command: Command | None) -> dict[str, Any]:
        is_query = command is not None and command.role is Role.READ
        if request.method != "POST" and not (request.method == "GET" and is_query):
            raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_HTTP_URL, "Use POST.")
        if _COMMAND.fullmatch(request.path) is None:
            raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_HTTP_URL)
        if request.proof is None:
            refusal = request.refusal or _NO_ADMIN
            raise IMError(refusal.code, refusal.message)
        role = self._role(request.proof, request.address)
        if command is None:
            raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_RES)
        _check_role(role, command)
        if self._rates[command.path].wait(self._clock().monotonic):
            raise IMError(
                ErrorCode.ERR_SVR_COMM_REST_FREQ_LIMIT, f"At most {command.rate} calls a second."
            )
        if request.problem:
            raise IMError(_PROBLEMS[request.problem])
        params = command.read(request.body)
        try:
            before_callbacks = self._before_callbacks()
            if command.before is not None and before_callbacks is not None:
                params = await command.before(before_callbacks, params, request.address)
                role = self._role(request.proof, request.address)
                _check_role(role, command)
            return await self._call(command, params, role, request.address)
        except ArchiveError as error:
            _log.error("%s", error)
            raise IMError(command.service.internal) from error
        except IMError:
            raise
        except Exception as error:
            # A bug: answer the caller with an internal error; others are not affected.
            _log.exception("%s failed", command.path)
            raise IMError(command.service.internal) from error

    def _role(self, proof: Proof, address: str) -> Role:
        """Return the present role of an admin, who may have been removed since the request.

        Raises:
            IMError: 70052 for a UserSig that was revoked meanwhile; 60010 for no admin any more.
        """
        now = self._clock()
        try:
            self._core.check_not_revoked(proof, now)
        finally:
            # The check may correct revocations.
            self._carry_on(address)
        role = get_role(self._core.admin(now), proof.user_id)
        if role is None:
            raise IMError(ErrorCode.ERR_SVR_COMM_ID_NOT_ADMIN)
        return role

    def _note(self, request: HTTPRequest, command: Command | None, code: int) -> None:
        """Note the act of an admin; whoever is none was noted where the UserSig was checked."""
        if request.proof is None or command is None:
            return
        kind = _KINDS.get(code, Kind.ADMIN)
        # A query is no act, but to try what one may not do is.
        is_query = command.role is Role.READ and code != ErrorCode.ERR_SVR_COMM_ID_NOT_ADMIN
        if is_query and kind is Kind.ADMIN:
            return
        self._audit(kind, request.address, request.proof.user_id, command.full_name, code)

    async def _call(
        self, command: Command, params: msgspec.Struct, role: Role, address: str
    ) -> dict[str, Any]:
        if self._failure() and not command.is_read_only:
            raise IMError(command.service.internal)
        try:
            answer = command.handler(self._new_call(role, address), params)
            if isinstance(answer, Awaitable):
                answer = await answer
        finally:
            # Also after an error: changes from before it stay, and have to be delivered.
            self._carry_on(address)
        # Ours tell how the backend is, also while nothing can be stored.
        is_ours = command.service.is_extension
        if not command.is_read_only or (self._queries_wait and not is_ours):
            try:
                await self._durable()
            except IMError as error:
                raise IMError(command.service.internal) from error
        result: dict[str, Any] = msgspec.to_builtins(answer)
        return result

    def _new_call(self, role: Role, address: str) -> Call:
        context = self._core.admin(self._clock())
        checkpoint = partial(self._checkpoint, address)
        return Call(context, role, self._log, self._metrics, self._nodes, self._began, checkpoint)

    async def _checkpoint(self, address: str) -> None:
        self._carry_on(address)
        await asyncio.sleep(0)
        if self._failure():
            raise ArchiveError("A call was stopped before its end because the store fails.")


def _check_role(role: Role, command: Command) -> None:
    if not role.includes(command.role):
        raise IMError(
            ErrorCode.ERR_SVR_COMM_ID_NOT_ADMIN,
            f"Your role is {role}. This needs an admin with the role {command.role}.",
        )


_KINDS: Final[Mapping[int, Kind]] = {
    ErrorCode.ERR_SVR_COMM_REST_FREQ_LIMIT: Kind.LIMIT,
    ErrorCode.ERR_SVR_ACCOUNT_INVALID_USERSIG: Kind.FAILED,
}
_PROBLEMS: Final[Mapping[str, ErrorCode]] = {
    "too large": ErrorCode.ERR_SVR_COMM_BODY_SIZE_LIMIT,
    "too slow": ErrorCode.ERR_SVR_COMM_REQUEST_TIMEOUT,
}


def _envelope(command: Command | None, code: int, problem: str) -> dict[str, Any]:
    envelope = {
        "ActionStatus": "FAIL" if code else "OK",
        "ErrorInfo": problem,
        "ErrorCode": int(code),
    }
    if command is not None and command.service.has_display:
        envelope["ErrorDisplay"] = problem
    return envelope
