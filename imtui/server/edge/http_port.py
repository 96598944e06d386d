"""The HTTP port: reads complete requests, within bounds, and forwards them to the core."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import TYPE_CHECKING, Final

from msgspec import structs
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from imtui.protocol.errors import IMError
from imtui.protocol.jsonrpc import ErrorObject
from imtui.protocol.limits import FRAME_MAX_BYTES
from imtui.protocol.proof import Proof
from imtui.protocol.rest.admin import check_admin
from imtui.server.edge.addresses import Client, TrustedProxies
from imtui.server.edge.http_connection import REQUEST_TIMEOUT
from imtui.server.edge.http_server import HTTPServer, payers
from imtui.server.edge.login_guard import LoginGuard
from imtui.server.edge.trust import Trust
from imtui.server.edge.turns.http_turns import HTTPTurns
from imtui.server.edge.turns.turns import Turns
from imtui.server.instant import Instant
from imtui.server.link.ports import CorePort, HTTPRequest

if TYPE_CHECKING:
    from imtui.server.edge.tls.certificate import TLS

_WHAT: Final = "rest"
_ORIGIN: Final = re.compile(r"^https?://[^/]*", re.IGNORECASE)
"""What a whole URL has before its path; clients that were told to use a proxy send whole URLs."""
_BODY_TIMEOUT: Final = REQUEST_TIMEOUT / 2
"""How long the body of a request may take, in seconds.

Less than the whole request may take, so that there is time for an answer.
"""
REFUSED_AFTER: Final = 0.2
"""How long whoever is no admin waits for the refusal, in seconds, so that they cannot ask often."""


class HTTPPort:
    """Serves the REST API and the pages for monitors."""

    def __init__(
        self,
        core: CorePort,
        trust: Trust,
        clock: Callable[[], Instant],
        guard: LoginGuard,
        turns: Turns,
        proxies: TrustedProxies | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Make a port; its ``server`` listens.

        Args:
            core: Answers the requests.
            trust: The app's keys and admins.
            clock: Returns the current time.
            guard: Lets UserSigs be checked.
            turns: The turns in which connections are read.
            proxies: The proxies that may name clients; by default those on this machine.
            sleep: Waits for so many seconds.
        """
        self._core = core
        self._trust = trust
        self._clock = clock
        self._guard = guard
        self._proxies = proxies or TrustedProxies()
        self._sleep = sleep
        self._turns = turns
        self._strangers = HTTPTurns(turns, sleep)

    def server(self, connections_max: int, tls: "TLS | None" = None) -> HTTPServer:
        """Return a server, to be run with ``run_on``.

        Args:
            connections_max: How many connections there may be at once.
            tls: Encrypts the connections; None for plain ones.
        """
        return HTTPServer(self._serve, connections_max, self._turns, self._proxies, tls)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        # No routes: a wrong method or path gets an envelope too.
        request = Request(scope, receive)
        client = self._client_of(request)
        try:
            read = await self._read(request, client.address)
            if read.refusal is not None:
                await self._sleep(REFUSED_AFTER)
            if read.proof is None:
                async with self._strangers.turn(payers(scope["client"], client)):
                    answer = await self._core.rest(read)
            else:
                answer = await self._core.rest(read)
        except ClientDisconnect:
            return
        date = {"date": formatdate(self._clock().unix_ms / 1000, usegmt=True)}
        response = Response(answer.content, answer.status, date, answer.media_type)
        await response(scope, receive, send)

    async def _read(self, request: Request, address: str) -> HTTPRequest:
        method, query = request.method, dict(request.query_params)
        path = _ORIGIN.sub("", request.scope["path"])
        read = HTTPRequest(method, path, query, b"", address=address)
        if method != "POST" and not (method == "GET" and path.startswith("/v4/")):
            return read
        try:
            proof = self._check_admin(read)
        except IMError as error:
            return structs.replace(read, refusal=ErrorObject(int(error.code), error.message))
        body, problem = await _read_body(request)
        return structs.replace(read, body=body, problem=problem, proof=proof)

    def _client_of(self, request: Request) -> Client:
        scope, headers = request.scope, request.headers
        peer = self._proxies.peer(scope["client"], scope["server"])
        forwarded_for = headers.getlist("X-Forwarded-For")
        return self._proxies.client(peer, forwarded_for, headers.getlist("Forwarded"))

    def _check_admin(self, request: HTTPRequest) -> Proof:
        query, unix_ms, trust = request.query, self._clock().unix_ms, self._trust
        return self._guard.check(
            request.address,
            query.get("identifier", ""),
            _WHAT,
            lambda admit: check_admin(trust.key_ring, trust.admins, query, unix_ms, admit),
        )


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
