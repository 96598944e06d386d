"""The REST port: commands for admins, and what monitors ask."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from imtui.protocol.app_key import AppKey, number_of
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import ADMINISTRATOR
from imtui.protocol.limits import FRAME_MAX_BYTES
from imtui.server.clock import Moment
from imtui.server.commands.change_log import ChangeLog
from imtui.server.commands.command import Call, Command
from imtui.server.commands.commands import COMMANDS
from imtui.server.commands.counts import counts
from imtui.server.commands.openapi import description
from imtui.server.core.rates import Window
from imtui.server.core.service import IMService
from imtui.server.edge.http_server import REQUEST_TIMEOUT, RestServer
from imtui.server.metrics import OTHER, Metrics
from imtui.server.node.fanout import FanOut
from imtui.server.prometheus import CONTENT_TYPE
from imtui.server.store.store import StoreError

if TYPE_CHECKING:
    from imtui.server.edge.before_callbacks.hooks import Hooks

_log: Final = logging.getLogger(__name__)

_COMMAND: Final = re.compile(r"/v4/[^/]+/[^/]+")
_JSON: Final = "application/json"
_BODY_TIMEOUT: Final = REQUEST_TIMEOUT / 2
"""How long the body of a request may take, in seconds: less than the request as a whole, so that
there is time for an answer."""


class Rest:
    """Answers ``POST /v4/{service}/{command}`` with the field's envelope."""

    def __init__(
        self,
        service: IMService,
        fanout: FanOut,
        key: AppKey,
        clock: Callable[[], Moment],
        carry_out: Callable[[], None],
        log: ChangeLog,
        metrics: Metrics,
        hooks: "Hooks | None" = None,
    ) -> None:
        """Make the API.

        Args:
            service: The core.
            fanout: What makes its changes durable.
            key: The app's key.
            clock: The present.
            carry_out: Called after a command has changed something.
            log: What changed lately.
            metrics: Where it counts what admins ask.
            hooks: What asks the app's own server about some commands, if it wants to be asked.
        """
        self._service = service
        self._key = key
        self._clock = clock
        self._carry_out = carry_out
        self._fanout = fanout
        self._log = log
        self._metrics = metrics
        self._hooks = hooks
        metrics.rest.expect(command.full_name for command in COMMANDS.values())
        self._began = clock()
        self._rates = {path: Window(command.rate, 1.0) for path, command in COMMANDS.items()}

    def server(self) -> RestServer:
        """Return a server of the API, to be run with ``run_on``."""
        return RestServer(self._serve)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        # No routes: a wrong method or path gets the envelope too.
        request = Request(scope, receive)
        try:
            response = self._page(request) or await self._answer(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    def _page(self, request: Request) -> Response | None:
        """Return what is served to anybody, if it is asked for."""
        # Monitors ask by HEAD as well: the status is what counts.
        if request.method not in ("GET", "HEAD"):
            return None
        match request.url.path:
            case "/healthz":
                is_well = not self._fanout.is_store_failing()
                state = b'{"status":"ok"}' if is_well else b'{"status":"store failing"}'
                return Response(state, 200 if is_well else 503, media_type=_JSON)
            case "/metrics":
                text = self._metrics.render(counts(self._service.app))
                return Response(text, media_type=CONTENT_TYPE)
            case "/openapi.json":
                return Response(description(), media_type=_JSON)
        return None

    async def _answer(self, request: Request) -> Response:
        command = COMMANDS.get(request.url.path)
        name = command.full_name if command else OTHER
        began = self._clock().monotonic
        try:
            result = await self._carry_out_command(request, command)
        except IMError as error:
            self._metrics.rest.answered(name, self._clock().monotonic - began, error)
            code = command.service.code(error) if command else error.code
            envelope = _envelope(command, code, error.message)
        else:
            self._metrics.rest.answered(name, self._clock().monotonic - began)
            envelope = _envelope(command, 0, "") | result
        return Response(msgspec.json.encode(envelope), media_type=_JSON)

    async def _carry_out_command(self, request: Request, command: Command | None) -> dict[str, Any]:
        if request.method != "POST":
            raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_HTTP_URL, "POST is the only method.")
        if _COMMAND.fullmatch(request.url.path) is None:
            raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_HTTP_URL)
        self._check_admin(request.query_params)
        if command is None:
            raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_RES)
        if self._rates[command.path].wait(self._clock().monotonic):
            raise IMError(
                ErrorCode.ERR_SVR_COMM_REST_FREQ_LIMIT, f"At most {command.rate} calls a second."
            )
        wish = command.read(await _read_body(request))
        try:
            if command.ask is not None and self._hooks is not None:
                wish = await command.ask(self._hooks, wish)
            result = await self._carry_out_wish(command, wish)
        except StoreError as error:
            _log.error("%s", error)
            raise IMError(command.service.internal) from error
        except IMError:
            raise
        except Exception as error:
            # A fault of ours: whoever met it is told, and nobody else notices.
            _log.exception("%s failed", command.path)
            raise IMError(command.service.internal) from error
        return result

    async def _carry_out_wish(self, command: Command, wish: msgspec.Struct) -> dict[str, Any]:
        if self._fanout.is_store_failing() and not command.is_reading:
            raise IMError(command.service.internal)
        try:
            answer = command.carry_out(self._call(), wish)
            if isinstance(answer, Awaitable):
                answer = await answer
        finally:
            # Items that went before a refused one stay done, and are told.
            self._carry_out()
        if not command.is_reading:
            await self._make_durable(command)
        result: dict[str, Any] = msgspec.to_builtins(answer)
        return result

    async def _make_durable(self, command: Command) -> None:
        try:
            await self._fanout.durable()
        except IMError as error:
            raise IMError(command.service.internal) from error

    def _call(self) -> Call:
        return Call(
            self._service, self._clock(), self._log, self._metrics, self._began, self._let_others
        )

    async def _let_others(self) -> None:
        self._carry_out()
        await asyncio.sleep(0)
        if self._fanout.is_store_failing():
            raise StoreError("A call was not carried out to its end, as the store fails.")

    def _check_admin(self, query: Mapping[str, str]) -> None:
        app_id = query.get("sdkappid", "")
        if not app_id:
            raise IMError(ErrorCode.ERR_SVR_COMM_SDKAPPID_MISS)
        if not (app_id.isascii() and app_id.isdigit()) or int(app_id[:20]) != self._key.sdk_app_id:
            raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_SDKAPPID)
        if query.get("identifier") != ADMINISTRATOR:
            raise IMError(ErrorCode.ERR_SVR_COMM_ID_NOT_ADMIN)
        user_sig = query.get("usersig", "")
        claims = self._key.verify(
            self._key.sdk_app_id, ADMINISTRATOR, user_sig, self._clock().unix_ms
        )
        self._service.check_user_sig(ADMINISTRATOR, claims.time, number_of(claims))


def _envelope(command: Command | None, code: int, problem: str) -> dict[str, Any]:
    envelope = {
        "ActionStatus": "FAIL" if code else "OK",
        "ErrorInfo": problem,
        "ErrorCode": int(code),
    }
    if command is not None and command.service.has_display:
        envelope["ErrorDisplay"] = problem
    return envelope


async def _read_body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "0")
    if len(announced) > len(str(FRAME_MAX_BYTES)) or int(announced) > FRAME_MAX_BYTES:
        raise IMError(ErrorCode.ERR_SVR_COMM_BODY_SIZE_LIMIT)
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_TIMEOUT):
            async for chunk in request.stream():
                body += chunk
                if len(body) > FRAME_MAX_BYTES:
                    raise IMError(ErrorCode.ERR_SVR_COMM_BODY_SIZE_LIMIT)
    except TimeoutError:
        raise IMError(ErrorCode.ERR_SVR_COMM_REQUEST_TIMEOUT) from None
    return bytes(body)
