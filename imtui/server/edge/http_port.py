"""The HTTP port: reads complete requests, within bounds, and forwards them to the core."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import IMError
from imtui.protocol.limits import FRAME_MAX_BYTES
from imtui.protocol.rest.admin import check_admin
from imtui.server.edge.addresses import TrustedProxies
from imtui.server.edge.http_server import REQUEST_TIMEOUT, HTTPServer
from imtui.server.instant import Instant
from imtui.server.link.ports import CorePort, HTTPRequest

_BODY_TIMEOUT: Final = REQUEST_TIMEOUT / 2
"""How long the body of a request may take, in seconds.

Less than the whole request may take, so that there is time for an answer.
"""


class HTTPPort:
    """Serves the REST API and the pages for monitors."""

    def __init__(
        self,
        core: CorePort,
        key: AppKey,
        clock: Callable[[], Instant],
        proxies: TrustedProxies | None = None,
    ) -> None:
        """Make a port; its ``server`` listens.

        Args:
            core: Answers the requests.
            key: The app's key.
            clock: Returns the current time.
            proxies: The proxies that may name clients; by default those on this machine.
        """
        self._core = core
        self._key = key
        self._clock = clock
        self._proxies = proxies or TrustedProxies()

    def server(self, connections_max: int) -> HTTPServer:
        """Return a server with so many connections at most, to be run with ``run_on``."""
        return HTTPServer(self._serve, connections_max)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        # No routes: a wrong method or path gets an envelope too.
        request = Request(scope, receive)
        try:
            answer = await self._core.rest(await self._read(request))
        except ClientDisconnect:
            return
        response = Response(answer.content, answer.status, media_type=answer.media_type)
        await response(scope, receive, send)

    async def _read(self, request: Request) -> HTTPRequest:
        query = dict(request.query_params)
        body, problem = b"", ""
        if request.method == "POST" and self._is_admin(query):
            body, problem = await _read_body(request)
        address = self._address_of(request)
        return HTTPRequest(request.method, request.url.path, query, body, problem, address)

    def _address_of(self, request: Request) -> str:
        scope, headers = request.scope, request.headers
        peer = self._proxies.peer(scope["client"], scope["server"])
        forwarded_for = headers.getlist("X-Forwarded-For")
        return self._proxies.client(peer, forwarded_for, headers.getlist("Forwarded")).address

    def _is_admin(self, query: Mapping[str, str]) -> bool:
        """Tell whether to read the body; if not, the core answers with the reason."""
        try:
            check_admin(self._key, query, self._clock().unix_ms)
        except IMError:
            return False
        return True


async def _read_body(request: Request) -> tuple[bytes, str]:
    announced = request.headers.get("content-length", "0")
    if len(announced) > len(str(FRAME_MAX_BYTES)) or int(announced) > FRAME_MAX_BYTES:
        return b"", "too large"
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_TIMEOUT):
            async for chunk in request.stream():
                body += chunk
                if len(body) > FRAME_MAX_BYTES:
                    return b"", "too large"
    except TimeoutError:
        return b"", "too slow"
    return bytes(body), ""
