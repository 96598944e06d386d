"""Accepts clients: WebSockets on a bound socket."""

import asyncio
import contextlib
import itertools
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Final

from websockets.frames import CloseCode as WebSocketClose
from websockets.typing import Origin

from imtui.server.audit import Audit
from imtui.server.edge.acceptor import Acceptor
from imtui.server.edge.addresses import TrustedProxies
from imtui.server.edge.connection import Connection
from imtui.server.edge.edge import Edge
from imtui.server.edge.login_guard import LoginGuard
from imtui.server.edge.memory import Trimmer
from imtui.server.edge.places import PlaceLimits, Places
from imtui.server.edge.shared import Shared
from imtui.server.edge.turns.fair_loop import Ranks
from imtui.server.edge.turns.turns import Turns
from imtui.server.edge.websocket.websocket import CLOSE_TIMEOUT
from imtui.server.instant import Instant
from imtui.server.metrics import Metrics

if TYPE_CHECKING:
    from imtui.server.edge.before_callbacks.request_checks import RequestChecks
    from imtui.server.edge.tls.certificate import TLS

LOGIN_TIMEOUT: Final = 30.0
_HANDSHAKE_TIMEOUT: Final = 10.0
_ADDRESS_FULL: Final = "Connections of an address are refused: it has too many"
_ALL_FULL: Final = "Connections are refused: all %d places are taken by clients that are logged in"
_MAKING_ROOM: Final = "Connections without a login are closed: all %d places are taken"

_log: Final = logging.getLogger(__name__)


class Gateway:
    """Serves clients, each on its own connection."""

    def __init__(
        self,
        edge: Edge,
        clock: Callable[[], Instant],
        metrics: Metrics,
        limits: PlaceLimits,
        guard: LoginGuard,
        audit: Audit,
        turns: Turns,
        *,
        login_timeout: float = LOGIN_TIMEOUT,
        proxies: TrustedProxies | None = None,
        origins: Sequence[str] = (),
        checks: "Callable[[], RequestChecks | None]" = lambda: None,
        tls: "TLS | None" = None,
        first_session: int = 1,
        cpu_clock: Callable[[], float] = perf_counter,
    ) -> None:
        """Make a gateway; ``listen`` opens it.

        Args:
            edge: Holds the connections.
            clock: Returns the current time.
            metrics: Counts the requests of clients.
            limits: How many connections there may be.
            guard: Lets UserSigs be checked.
            audit: Notes the connections that are refused.
            turns: The turns in which requests are carried out.
            login_timeout: How long a connection may stay without a login, in seconds.
            proxies: The proxies that may name clients; by default those on this machine.
            origins: The web pages that may connect.
            checks: Returns what asks the app's own server about some requests; None without
                such a server.
            tls: Encrypts the connections; None for plain ones.
            first_session: The ID of the first session; later ones count upwards.
            cpu_clock: Returns the CPU time that was used, in seconds; only differences count.
        """
        self._edge = edge
        self._clock = clock
        self._metrics = metrics
        self._places = Places(limits)
        self._guard = guard
        self._audit = audit
        self._turns = turns
        self._cpu_clock = cpu_clock
        self._login_timeout = login_timeout
        self._proxies = proxies or TrustedProxies()
        self._checks = checks
        self._tls = tls
        self._origins: list[Origin | None] = []
        self._ids = itertools.count(first_session)
        self.adjust(limits, origins)

    def adjust(self, limits: PlaceLimits, origins: Sequence[str]) -> None:
        """Set how many connections there may be, and the web pages that may connect.

        Nobody who is connected has to go.
        """
        self._places.limits = limits
        # Connections whose handshake is under way have this list.
        self._origins[:] = (None, *map(Origin, origins))

    @contextlib.asynccontextmanager
    async def listen(self, socks: Sequence[socket.socket]) -> AsyncIterator[None]:
        """Serve clients on bound sockets while the context lasts, then close all connections."""
        failure: Exception | None = None
        async with asyncio.TaskGroup() as tasks:
            shared = self._shared(tasks)
            acceptors = [self._acceptor(shared, sock) for sock in socks]
            try:
                yield
            except Exception as error:
                # Raised below, as the task group would wrap it in an exception group.
                failure = error
            finally:
                for acceptor in acceptors:
                    await acceptor.close()
                await _close_all(shared)
                shared.trimmer.stop()
        if failure is not None:
            raise failure

    def _acceptor(self, shared: Shared, sock: socket.socket) -> Acceptor[Connection]:
        return Acceptor(
            sock,
            lambda accepted: self._accepted(shared, accepted),
            is_crowded=lambda: shared.places.are_taken,
            failed=shared.places.leave,
            over=self._over,
        )

    def _over(self, connection: Connection) -> asyncio.BaseProtocol:
        return connection if self._tls is None else self._tls.over(connection, connection)

    def _shared(self, tasks: asyncio.TaskGroup) -> Shared:
        loop = asyncio.get_running_loop()
        return Shared(
            self._edge,
            self._guard,
            self._audit,
            self._clock,
            self._cpu_clock,
            self._metrics,
            self._login_timeout,
            min(_HANDSHAKE_TIMEOUT, self._login_timeout),
            self._proxies,
            self._checks,
            self._origins,
            tasks,
            loop,
            self._places,
            Trimmer(loop),
            self._turns,
            Ranks(loop),
        )

    def _accepted(self, shared: Shared, sock: socket.socket) -> Connection | None:
        """Return the connection of an accepted socket; None refuses it."""
        peer = self._proxies.peer(sock.getpeername(), sock.getsockname())
        # A proxy may name its client in the handshake, which counts then.
        address = peer.address if peer.is_limited else ""
        places = shared.places
        if not places.admits(address):
            _log.warning(_ADDRESS_FULL)
            shared.note_refused(peer.address)
            return None
        if places.are_taken and not places.make_room():
            _log.warning(_ALL_FULL, places.limits.total)
            shared.note_refused(peer.address)
            return None
        if places.are_taken:
            _log.warning(_MAKING_ROOM, places.limits.total)
        connection = Connection(shared, next(self._ids), peer)
        places.enter(connection, address)
        return connection


async def _close_all(shared: Shared) -> None:
    shared.ending.set()
    for connection in list(shared.connections):
        connection.close(WebSocketClose.GOING_AWAY, "the backend ends")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            while shared.connections:
                shared.all_ended.clear()
                await shared.all_ended.wait()
    for connection in list(shared.connections):
        connection.abort()
