"""Lets clients in: WebSockets on a socket that is bound already."""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Final

from websockets.frames import CloseCode as WebSocketClose
from websockets.typing import Origin

from imtui.protocol.app_key import AppKey
from imtui.server.clock import Moment
from imtui.server.core.service import IMService
from imtui.server.edge.client import Client, Host
from imtui.server.edge.websocket import CLOSE_TIMEOUT
from imtui.server.metrics import Metrics
from imtui.server.node.fanout import FanOut
from imtui.server.node.listening import BACKLOG

if TYPE_CHECKING:
    from imtui.server.edge.before_callbacks.asked_first import AskedFirst

LOGIN_TIMEOUT: Final = 30.0
_HANDSHAKE_TIMEOUT: Final = 10.0
_ACCEPTED_AT_ONCE: Final = 32
"""So many are let in before others have their turn: when all come back, they log in as well."""


class Gateway:
    """Serves clients, each on a connection of its own."""

    def __init__(
        self,
        service: IMService,
        fanout: FanOut,
        key: AppKey,
        heartbeat_timeout: float,
        clock: Callable[[], Moment],
        look_again: Callable[[], None],
        *,
        metrics: Metrics,
        login_timeout: float = LOGIN_TIMEOUT,
        asked_first: "AskedFirst | None" = None,
    ) -> None:
        """Make a gateway that listens nowhere yet.

        Args:
            service: The core.
            fanout: What carries out its changes.
            key: The app's key.
            heartbeat_timeout: In seconds, to be told to clients.
            clock: The present.
            look_again: Called when a deadline may have moved.
            metrics: Where it counts what clients ask.
            login_timeout: How long a connection may stay without a login, in seconds.
            asked_first: What asks the app's own server about some requests, if there is one.
        """
        self._service = service
        self._fanout = fanout
        self._key = key
        self._heartbeat_timeout = heartbeat_timeout
        self._clock = clock
        self._look_again = look_again
        self._metrics = metrics
        self._login_timeout = login_timeout
        self._asked_first = asked_first
        self._ids = itertools.count(1)

    @contextlib.asynccontextmanager
    async def listen(
        self, sock: socket.socket, allowed_origins: Sequence[str]
    ) -> AsyncIterator[None]:
        """Serve clients on a bound socket for as long as the context lasts, then close them all."""
        async with asyncio.TaskGroup() as tasks:
            host = self._host(tasks, allowed_origins)
            server = await host.loop.create_server(
                lambda: Client(host, next(self._ids)), sock=sock, backlog=_ACCEPTED_AT_ONCE
            )
            # asyncio has as many wait outside as it lets in at once.
            sock.listen(BACKLOG)
            try:
                yield
            finally:
                server.close()
                await _close_all(host)

    def _host(self, tasks: asyncio.TaskGroup, allowed_origins: Sequence[str]) -> Host:
        return Host(
            self._service,
            self._fanout,
            self._key,
            self._heartbeat_timeout,
            self._clock,
            self._look_again,
            self._metrics,
            self._login_timeout,
            min(_HANDSHAKE_TIMEOUT, self._login_timeout),
            self._asked_first,
            (None, *map(Origin, allowed_origins)),
            tasks,
            asyncio.get_running_loop(),
        )


async def _close_all(host: Host) -> None:
    host.ending.set()
    for client in list(host.connections):
        client.close(WebSocketClose.GOING_AWAY, "the backend ends")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            while host.connections:
                host.nobody.clear()
                await host.nobody.wait()
    for client in list(host.connections):
        client.abort()
