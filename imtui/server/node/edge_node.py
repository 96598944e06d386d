"""The part of a backend that has the connections: both ports, and their certificate."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Final

from imtui.server.alarm import Alarm
from imtui.server.audit import Audit
from imtui.server.buckets import Buckets
from imtui.server.edge.addresses import TrustedProxies
from imtui.server.edge.edge import TICK_MIN, Edge
from imtui.server.edge.gateway import Gateway
from imtui.server.edge.login_guard import LoginGuard
from imtui.server.edge.places import PlaceLimits
from imtui.server.edge.trust import Trust
from imtui.server.edge.turns.turns import Turns
from imtui.server.link.ports import EDGE_SHIFT, CorePort
from imtui.server.metrics import Metrics
from imtui.server.node.certificates import Certificates, load_certificates
from imtui.server.node.config import BackendConfig
from imtui.server.node.descriptors import raise_limit, shares
from imtui.server.node.parts import Parts

if TYPE_CHECKING:
    from imtui.server.edge.before_callbacks.request_checks import RequestChecks

_log: Final = logging.getLogger(__name__)


class EdgeNode:
    """An edge with both its ports."""

    certificates: Certificates | None
    """The certificate of both ports, once they are open; None without TLS."""

    def __init__(
        self,
        config: BackendConfig,
        metrics: Metrics,
        trust: Trust,
        heartbeat_timeout: float,
        audit: Audit,
        number: int = 0,
    ) -> None:
        """Prepare; needs a running event loop.

        Args:
            config: The configuration of the node.
            metrics: Counts connections and requests.
            trust: The app's keys and admins.
            heartbeat_timeout: How long a session may be silent, in seconds.
            audit: Notes what is refused.
            number: The number of the edge; session IDs begin with it.
        """
        self._config = config
        self._metrics = metrics
        self._audit = audit
        self._number = number
        self._proxies = TrustedProxies(config.trusted_proxies or None)
        self._connections_max, self._rest_connections_max = shares(raise_limit())
        self._guard = LoginGuard(config.clock, audit)
        # What changed at the same time comes over a link in the same batch.
        tick_min = 0.0 if number else TICK_MIN
        self.edge = Edge(config.clock, heartbeat_timeout, metrics, trust, tick_min)

    async def listen(
        self,
        stack: contextlib.AsyncExitStack,
        socks: Sequence[socket.socket],
        core: CorePort,
        buckets: Buckets[Hashable],
        checks: "Callable[[], RequestChecks | None]",
    ) -> None:
        """Serve clients on bound sockets.

        Args:
            stack: Ends it.
            socks: The sockets.
            core: Carries out the requests.
            buckets: The CPU time that accounts, connections and addresses may use.
            checks: Returns what asks the app's own server about some requests; None without
                such a server.

        Raises:
            BackendError: The certificate cannot be used.
        """
        config = self._config
        self.edge.core = core
        self._turns = Turns(asyncio.get_running_loop(), buckets)
        stack.callback(self._turns.stop)
        self.certificates = await load_certificates(config.tls, socks)
        self._gateway = Gateway(
            self.edge,
            config.clock,
            self._metrics,
            self._place_limits(config),
            self._guard,
            self._audit,
            self._turns,
            login_timeout=config.login_timeout,
            proxies=self._proxies,
            origins=config.allowed_origins,
            checks=checks,
            tls=None if self.certificates is None else self.certificates.tls,
            first_session=(self._number << EDGE_SHIFT) + 1,
        )
        await stack.enter_async_context(self._gateway.listen(socks))

    async def run(self, parts: Parts) -> None:
        """Let silent sessions be closed."""
        liveness = self.edge.liveness
        clock = self._config.clock
        silence = Alarm(clock, lambda now: liveness.next_due(), self.edge.close_silent)
        self.edge.on_due_changed = silence.look_again
        await parts.run(silence.run())

    def listen_rest(
        self, stack: contextlib.AsyncExitStack, parts: Parts, socks: Sequence[socket.socket]
    ) -> None:
        """Serve the REST API on bound sockets; ``listen`` comes before."""
        from imtui.server.edge.http_port import HTTPPort

        core, trust, clock = self.edge.core, self.edge.trust, self._config.clock
        port = HTTPPort(core, trust, clock, self._guard, self._turns, self._proxies)
        tls = None if self.certificates is None else self.certificates.tls
        server = port.server(self._rest_connections_max, tls)
        serving = asyncio.create_task(server.run_on(socks))
        parts.watch(serving)

        async def end() -> None:
            server.end()
            await asyncio.wait({serving})

        stack.push_async_callback(end)

    async def renew_certificates(self, parts: Parts, publish: Callable[[str], None]) -> None:
        """Use a new certificate when its files change; ``publish`` gets it in PEM before."""
        if self.certificates is not None:
            self.certificates.publish = publish
            await parts.run(self.certificates.run())

    async def adjust(self, config: BackendConfig) -> None:
        """Take what can change while it runs: origins, proxies, caps, certificate."""
        self._gateway.adjust(self._place_limits(config), config.allowed_origins)
        self._proxies.networks = config.trusted_proxies or None
        if self.certificates is not None and config.tls is not None:
            await self.certificates.use(config.tls)

    def _place_limits(self, config: BackendConfig) -> PlaceLimits:
        wanted = config.max_connections or self._connections_max
        if wanted > self._connections_max:
            _log.warning(
                "The limit of file descriptors suffices for %d connections", self._connections_max
            )
        return PlaceLimits(min(wanted, self._connections_max), config.max_per_address)
