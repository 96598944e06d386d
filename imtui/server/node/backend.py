"""A backend in one process: a core, its store and an edge."""

import asyncio
import contextlib
from collections import Counter
from functools import partial
from types import TracebackType
from typing import Self

from imtui import __version__
from imtui.protocol.app_key import AppKey
from imtui.server.edge.turns.fair_loop import is_busy
from imtui.server.link.frames import About
from imtui.server.link.nodes import OneNode
from imtui.server.metrics import Metrics
from imtui.server.node.config import BackendConfig
from imtui.server.node.core_node import CoreNode
from imtui.server.node.data_dir import Address
from imtui.server.node.edge_node import EdgeNode
from imtui.server.node.listening import address_of, open_sockets
from imtui.server.node.parts import Parts


class Backend:
    """One running backend: ``async with Backend(config) as backend``."""

    address: Address
    metrics: Metrics
    edge: EdgeNode

    def __init__(self, config: BackendConfig) -> None:
        """Prepare a backend; entering the context starts it."""
        self.config = config
        self._stack = contextlib.AsyncExitStack()
        self.metrics = Metrics()
        self.core = CoreNode(config, self.metrics)

    async def __aenter__(self) -> Self:
        """Start; the backend is ready when this returns.

        Raises:
            BackendError: It cannot start; one line says why, and what to do.
        """
        async with contextlib.AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections, and stop."""
        await self._stack.aclose()

    @property
    def app_key(self) -> AppKey:
        """Return the key with which UserSigs are made."""
        return self.core.app_key

    def logged_in(self) -> Counter[str]:
        """Return the number of sessions of each account, passive ones included."""
        return self.core.core.logged_in()

    async def adjust(self, config: BackendConfig) -> None:
        """Take what can change while it runs: origins, proxies, caps, reserve, certificate."""
        self.core.disk.reserve = config.disk_reserve
        await self.edge.adjust(config)

    async def wait_failed(self) -> None:
        """Wait until a part of the backend fails, and raise its error."""
        await self._parts.wait_failed()

    async def until_alive(self) -> None:
        """Return: that the event loop turns is all there is to show."""

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        config, core = self.config, self.core
        self._parts = parts = Parts(stack)
        core.open(stack)
        edge = self.edge = EdgeNode(
            config, self.metrics, core.trust, core.console.heartbeat_timeout, core.audit
        )
        stack.callback(edge.edge.stop)
        await core.start(stack, edge.edge)
        has_more = partial(is_busy, asyncio.get_running_loop())
        core.host.commits.is_busy = edge.edge.is_busy = has_more
        ws, rest = open_sockets(
            stack, config.hosts, (config.port, config.rest_port), config.unix_dir
        )
        before = core.webhooks.before
        await edge.listen(stack, ws, core.host, core.host.buckets, lambda: before.checks)
        await core.run(parts)
        await edge.run(parts)
        about = About(config.node_name, release=__version__)
        core.open_rest(OneNode(about, lambda: self.logged_in().total()))
        edge.listen_rest(stack, parts, rest)
        certificates = edge.certificates
        pem = "" if certificates is None else certificates.tls.certificate.pem
        self.address = address_of(ws[0], rest[0], self.app_key.sdk_app_id, pem)
        core.data.publish(self.address)
        stack.callback(core.data.withdraw)
        await edge.renew_certificates(parts, core.data.publish_certificate)
        await core.check(parts)
