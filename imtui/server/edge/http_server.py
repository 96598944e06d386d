"""The HTTP server of the REST port: uvicorn with limits on time and connections."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from imtui.server.edge.acceptor import Acceptor
from imtui.server.edge.turns.fair_loop import Ranks

if TYPE_CHECKING:
    from imtui.server.edge.tls.certificate import TLS

REQUEST_TIMEOUT: Final = 10.0
"""How long a client may take for a whole request, in seconds, including idle time before it."""

_ARRIVAL: Final = 0.05
"""How long a connection is left alone to send its request, in seconds."""

# Anybody can send malformed requests, and uvicorn logs a line for each.
logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


class _TimedProtocol(H11Protocol):
    """A connection that is closed unless a request is answered in time."""

    _deadline: asyncio.TimerHandle | None = None

    def __init__(self, server: "HTTPServer", **options: Any) -> None:
        super().__init__(**options)
        self._server = server
        self._ranks = Ranks(self.loop)
        self._idle_since = self.loop.time()

    @property
    def can_make_room(self) -> bool:
        """Tell whether no request is being answered, nor likely to be on its way."""
        is_idle = self.cycle is None or self.cycle.response_complete
        return is_idle and self.loop.time() >= self._idle_since + _ARRIVAL

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._ranks.set(transport, is_stranger=True)
        self._restart_deadline()
        if self not in self._server.open:
            # It had to make room before it was connected.
            transport.abort()

    def on_response_complete(self) -> None:
        self._restart_deadline()
        self._idle_since = self.loop.time()
        super().on_response_complete()
        self._server.became_idle(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._ranks.forget(self.transport)
        self._cancel_deadline()
        self._server.forget(self)
        super().connection_lost(exc)

    def abort(self) -> None:
        """Close at once."""
        self._server.forget(self)
        if self.transport is not None:
            self.transport.abort()

    def _restart_deadline(self) -> None:
        self._cancel_deadline()
        self._deadline = self.loop.call_later(REQUEST_TIMEOUT, self.transport.abort)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()


class HTTPServer(uvicorn.Server):
    """An HTTP server that leaves signals to the program.

    If all its connections are taken, the one that is longest without a request makes room; if all
    have one, new connections wait.
    """

    def __init__(self, app: ASGIApp, connections_max: int, tls: "TLS | None" = None) -> None:
        """Make a server for an ASGI application.

        Args:
            app: The application.
            connections_max: How many connections there may be at once.
            tls: Encrypts the connections; None for plain ones.
        """
        super().__init__(
            uvicorn.Config(
                app,
                http=_TimedProtocol,
                lifespan="off",
                interface="asgi3",
                ws="none",
                log_config=None,
                access_log=False,
                # The port reads them itself, from trusted proxies only.
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._connections_max = connections_max
        self._tls = tls
        self._socks: Sequence[socket.socket] = ()
        self._acceptors: list[Acceptor[_TimedProtocol]] = []
        self._retry: asyncio.TimerHandle | None = None
        self.open: dict[_TimedProtocol, None] = {}
        """The connections, those that are longest without a request first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signals."""
        yield

    async def run_on(self, socks: Sequence[socket.socket]) -> None:
        """Serve on bound sockets until ``should_exit`` is set."""
        self._socks = socks
        await self.serve(sockets=[])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting."""
        await super().startup(sockets)
        self._acceptors = [
            Acceptor(
                sock,
                self._accepted,
                has_room=self._has_room,
                is_crowded=lambda: len(self.open) >= self._connections_max,
                failed=self.forget,
                over=self._over,
            )
            for sock in self._socks
        ]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, and end all connections."""
        for acceptor in self._acceptors:
            await acceptor.close()
        if self._retry is not None:
            self._retry.cancel()
        await super().shutdown(sockets)

    def became_idle(self, connection: _TimedProtocol) -> None:
        """Note that a connection has had its answer."""
        if connection in self.open:
            del self.open[connection]
            self.open[connection] = None
        self._look_again()

    def forget(self, connection: _TimedProtocol) -> None:
        """Note that a connection has ended."""
        self.open.pop(connection, None)
        self._look_again()

    def _over(self, connection: _TimedProtocol) -> asyncio.BaseProtocol:
        return connection if self._tls is None else self._tls.over(connection)

    def _accepted(self, sock: socket.socket) -> _TimedProtocol:
        if len(self.open) >= self._connections_max:
            oldest = next(filter(_can_make_room, self.open), None)
            if oldest is not None:
                oldest.abort()
        connection = _TimedProtocol(
            self,
            config=self.config,
            server_state=self.server_state,
            app_state={},
            _loop=asyncio.get_running_loop(),
        )
        self.open[connection] = None
        return connection

    def _has_room(self) -> bool:
        if len(self.open) < self._connections_max or any(map(_can_make_room, self.open)):
            return True
        if self._retry is None:
            self._retry = asyncio.get_running_loop().call_later(_ARRIVAL, self._try_again)
        return False

    def _try_again(self) -> None:
        self._retry = None
        self._look_again()

    def _look_again(self) -> None:
        for acceptor in self._acceptors:
            acceptor.look_again()


def _can_make_room(connection: _TimedProtocol) -> bool:
    return connection.can_make_room
