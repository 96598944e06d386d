"""The REST port: the console, for admins."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import ADMINISTRATOR
from imtui.protocol.limits import FRAME_MAX_BYTES
from imtui.server.core.console import Console
from imtui.server.core.moment import Moment
from imtui.server.core.service import IMService
from imtui.server.data_dir import AppKey
from imtui.server.edge.authentication import authenticate
from imtui.server.edge.rest_server import RestServer

_COMMAND: Final = re.compile(r"/v4/[^/]+/[^/]+")

Body = dict[str, Any]


class Rest:
    """Answers ``POST /v4/{service}/{command}`` with the field's envelope."""

    def __init__(
        self,
        service: IMService,
        key: AppKey,
        clock: Callable[[], Moment],
        carry_out: Callable[[], None],
    ) -> None:
        """Make the API; ``carry_out`` is called after a command has changed something."""
        self._service = service
        self._key = key
        self._clock = clock
        self._carry_out = carry_out
        self._commands: dict[str, Callable[[Body], Body]] = {
            "/v4/imtui_console/get": self._console_get,
            "/v4/imtui_console/set": self._console_set,
        }

    def server(self) -> RestServer:
        """Return a server of the API, to be run with ``run_on``."""
        return RestServer(self._serve)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        # No routes: a wrong method or path gets the envelope too.
        try:
            response = await self._answer(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            if request.method != "POST":
                raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_HTTP_URL, "POST is the only method.")
            if _COMMAND.fullmatch(request.url.path) is None:
                raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_HTTP_URL)
            self._check_admin(request.query_params)
            command = self._commands.get(request.url.path)
            if command is None:
                raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_RES)
            result = command(_json_object(await _read_body(request)))
        except IMError as error:
            envelope = {"ActionStatus": "FAIL", "ErrorInfo": error.message, "ErrorCode": error.code}
        else:
            envelope = {"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, **result}
        return Response(msgspec.json.encode(envelope), media_type="application/json")

    def _check_admin(self, query: Mapping[str, str]) -> None:
        app_id = query.get("sdkappid", "")
        if not app_id:
            raise IMError(ErrorCode.ERR_SVR_COMM_SDKAPPID_MISS)
        if not (app_id.isascii() and app_id.isdigit()) or int(app_id[:20]) != self._key.sdk_app_id:
            raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_SDKAPPID)
        if query.get("identifier") != ADMINISTRATOR:
            raise IMError(ErrorCode.ERR_SVR_COMM_ID_NOT_ADMIN)
        user_sig = query.get("usersig", "")
        authenticate(self._key, self._key.sdk_app_id, ADMINISTRATOR, user_sig, self._clock())

    def _console_get(self, body: Body) -> Body:
        return _settings(self._service.console)

    def _console_set(self, body: Body) -> Body:
        settings = body.get("Settings")
        if not isinstance(settings, dict):
            raise IMError(
                ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS, "Settings: an object is needed."
            )
        console = self._service.set_console(settings, self._clock())
        self._carry_out()
        return _settings(console)


def _settings(console: Console) -> Body:
    return {"Settings": msgspec.structs.asdict(console)}


async def _read_body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "0")
    if len(announced) > len(str(FRAME_MAX_BYTES)) or int(announced) > FRAME_MAX_BYTES:
        raise IMError(ErrorCode.ERR_SVR_COMM_BODY_SIZE_LIMIT)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FRAME_MAX_BYTES:
            raise IMError(ErrorCode.ERR_SVR_COMM_BODY_SIZE_LIMIT)
    return bytes(body)


def _json_object(body: bytes) -> Body:
    try:
        return msgspec.json.decode(body, type=Body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise IMError(ErrorCode.ERR_SVR_COMM_REQ_JSON_PARSE_FAILED) from error
