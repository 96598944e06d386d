"""The HTTP server of the REST port: uvicorn with limits on time and connections."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.types import ASGIApp

from imtui.server.edge.acceptor import Acceptor
from imtui.server.edge.addresses import Client, Peer, TrustedProxies
from imtui.server.edge.http_connection import ARRIVAL, HTTPConnection
from imtui.server.edge.turns.turns import Payers, Turns

if TYPE_CHECKING:
    from imtui.server.edge.tls.certificate import TLS

# Anybody can send malformed requests, and uvicorn logs a line for each.
logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


class HTTPServer(uvicorn.Server):
    """An HTTP server that leaves signals to the program.

    If all its connections are taken, the one that is longest without a request makes room; if all
    have one, new connections wait.
    """

    def __init__(
        self,
        app: ASGIApp,
        connections_max: int,
        turns: Turns,
        proxies: TrustedProxies,
        tls: "TLS | None" = None,
    ) -> None:
        """Make a server for an ASGI application.

        Args:
            app: The application.
            connections_max: How many connections there may be at once.
            turns: The turns in which connections are read.
            proxies: Tells whose a connection is.
            tls: Encrypts the connections; None for plain ones.
        """
        super().__init__(
            uvicorn.Config(
                app,
                http=HTTPConnection,
                lifespan="off",
                interface="asgi3",
                ws="none",
                log_config=None,
                access_log=False,
                # The port reads them itself, from trusted proxies only.
                proxy_headers=False,
                server_header=False,
                # The port gives its answers a date, as nothing here wakes up to set it.
                date_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._connections_max = connections_max
        self._proxies = proxies
        self.turns = turns
        self._tls = tls
        self._socks: Sequence[socket.socket] = ()
        self._acceptors: list[Acceptor[HTTPConnection]] = []
        self._retry: asyncio.TimerHandle | None = None
        self._ending = asyncio.Event()
        self.open: dict[HTTPConnection, None] = {}
        """The connections, those that are longest without a request first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signals."""
        yield

    async def run_on(self, socks: Sequence[socket.socket]) -> None:
        """Serve on bound sockets until ``end``."""
        self._socks = socks
        await self.serve(sockets=[])

    def end(self) -> None:
        """Stop serving soon."""
        self.should_exit = True
        self._ending.set()

    async def main_loop(self) -> None:
        """Wait for the end, at rest: uvicorn would look for it ten times a second."""
        await self._ending.wait()

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

    def became_idle(self, connection: HTTPConnection) -> None:
        """Note that a connection has had its answer."""
        if connection in self.open:
            del self.open[connection]
            self.open[connection] = None
        self._look_again()

    def forget(self, connection: HTTPConnection) -> None:
        """Note that a connection has ended."""
        self.open.pop(connection, None)
        self._look_again()

    def _over(self, connection: HTTPConnection) -> asyncio.BaseProtocol:
        return connection if self._tls is None else self._tls.over(connection, connection)

    def _accepted(self, sock: socket.socket) -> HTTPConnection:
        if len(self.open) >= self._connections_max:
            oldest = next(filter(_can_make_room, self.open), None)
            if oldest is not None:
                oldest.abort()
        peer_name = sock.getpeername()
        connection = HTTPConnection(
            self,
            payers(peer_name, self._proxies.peer(peer_name, sock.getsockname())),
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
            self._retry = asyncio.get_running_loop().call_later(ARRIVAL, self._try_again)
        return False

    def _try_again(self) -> None:
        self._retry = None
        self._look_again()

    def _look_again(self) -> None:
        for acceptor in self._acceptors:
            acceptor.look_again()


def payers(peer_name: Any, whose: Peer | Client) -> Payers:
    """Return who pays for a connection from a peer: itself, and its address if that is limited."""
    connection = tuple(peer_name or ())[:2]
    return (connection, (whose.address,)) if whose.is_limited else (connection,)


def _can_make_room(connection: HTTPConnection) -> bool:
    return connection.can_make_room
