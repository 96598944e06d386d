"""A process that has an edge."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial
from typing import Final

import msgspec

from imtui.protocol.app_key import KeyRing
from imtui.protocol.rest.callback import AFTER_EVENTS, CallbackCommand
from imtui.server.audit import AuditEntry, AuditLog
from imtui.server.buckets import Buckets
from imtui.server.edge.trust import Trust
from imtui.server.edge.turns.fair_loop import is_busy
from imtui.server.link.frames import Welcome
from imtui.server.link.link_socket import LinkSocket
from imtui.server.link.ops import AuditOp, MetricsOp, SettingsOp
from imtui.server.link.remote_core import RemoteCore
from imtui.server.metrics import Metrics
from imtui.server.node.before_webhooks import BeforeWebhooks
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import BackendError, DataDir
from imtui.server.node.edge_node import EdgeNode
from imtui.server.node.edges.control import Control, say_drain, say_ready
from imtui.server.node.edges.core_process import until_ended
from imtui.server.node.edges.setup import Setup
from imtui.server.node.key_export import KeyExport
from imtui.server.node.parts import Parts, until_either
from imtui.server.node.shared.address import split_link
from imtui.server.node.shared.wall_clock import WallClock
from imtui.server.process_metrics import Reporter
from imtui.server.webhook.config import WebhookConfig

_WITHOUT_CORE: Final = 10.0
"""How long clients wait for the core if another node may have it, in seconds."""

_log: Final = logging.getLogger(__name__)


async def run_edge(setup: Setup, control: Control) -> None:
    """Run an edge until the parent ends it.

    Raises:
        BackendError: It cannot start.
    """
    config = setup.config
    loop = asyncio.get_running_loop()
    link = setup.link

    async def connect(make: Callable[[], LinkSocket]) -> object:
        if not link:
            raise ConnectionError("no node has the core")
        if link.startswith("/"):
            return await loop.create_unix_connection(make, link)
        return await loop.create_connection(make, *split_link(link))

    def find_core(found: str) -> None:
        nonlocal link
        if found != link:
            link = found
            core.look_elsewhere()

    async with contextlib.AsyncExitStack() as stack:
        parts = Parts(stack)
        core = RemoteCore(connect, setup.key, setup.number, setup.about)
        core.on_drain = say_drain
        if config.database is not None:
            clock = WallClock(config.clock)
            core.on_wall_time = clock.set
            config = replace(config, clock=clock.now)
        control.on_core = find_core
        stack.callback(core.flush_now)
        await parts.run(core.run())
        welcome = await _welcome(core, control, parts)
        if welcome is None:
            return
        data, metrics = DataDir(config.data_dir), Metrics()
        audit = AuditLog(data.audit_log_of(setup.place), lambda: config.clock().unix_ms)
        audit.open()

        def noted(entry: AuditEntry) -> None:
            core.note(AuditOp(msgspec.json.encode(entry)))

        audit.on_entry = noted
        stack.callback(audit.close)
        reporter = Reporter(
            setup.name.replace(" ", "-"), metrics, lambda report: core.note(MetricsOp(report))
        )
        stack.callback(reporter.report)
        absence = _Absence()

        def welcomed() -> None:
            reporter.report_anew()
            absence.end()

        core.on_welcome = welcomed
        if config.database is not None:
            core.on_core_lost = absence.begin
            await parts.run(absence.until_long())
        await parts.run(reporter.run())
        trust = Trust(welcome.key_ring, welcome.admins)
        node = EdgeNode(
            config, metrics, trust, welcome.heartbeat_timeout, audit, number=setup.number
        )
        stack.callback(node.edge.stop)
        node.edge.is_busy = partial(is_busy, loop)
        buckets: Buckets[Hashable] = Buckets(welcome.settings.cpu_seconds)
        before = BeforeWebhooks(welcome.key_ring.sdk_app_id, config.clock)
        stack.push_async_callback(before.aclose)

        def follow(settings: SettingsOp) -> None:
            buckets.share = settings.cpu_seconds
            before.adjust(_webhook(settings), denies_on_failure=settings.denies_on_failure)

        if config.database is not None and setup.place == 1:
            _export_keys(data, node, welcome.key_ring)
        core.on_settings = follow
        follow(welcome.settings)
        core.serve(node.edge)
        socks = [socket.socket(fileno=fd) for fd in setup.ws_fds]
        await node.listen(stack, socks, core, buckets, lambda: before.checks)
        # Before the connections are closed: their clients come back elsewhere.
        stack.callback(core.drain)
        await node.run(parts)
        node.listen_rest(stack, parts, [socket.socket(fileno=fd) for fd in setup.rest_fds])
        # Before their port ends, which would leave them without an answer.
        stack.push_async_callback(core.end_rest)
        publish = data.publish_certificate
        await node.renew_certificates(parts, publish if setup.place == 1 else lambda pem: None)

        async def adjust(changed: BackendConfig) -> None:
            await node.adjust(changed)

        await parts.run(control.follow(adjust))
        say_ready(welcome.key_ring.sdk_app_id)
        await until_ended(control, parts)


def _export_keys(data: DataDir, node: EdgeNode, key_ring: KeyRing) -> None:
    """Export the newest key; the core does so only on the node where it is."""
    exported = data.exported_key()
    if exported is not None and exported.sdk_app_id != key_ring.sdk_app_id:
        # That of a backend that was here before.
        return
    key_export = KeyExport(data, exported)

    def export(changed: KeyRing) -> None:
        key_export.rotated(changed)
        key_export.committed()

    node.edge.on_keys = export
    export(key_ring)


class _Absence:
    """Notes that there is no core for long: another node may have it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._is_long = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Note that the core is away."""
        self.end()
        self._timer = self._loop.call_later(_WITHOUT_CORE, self._is_long.set)

    def end(self) -> None:
        """Note that the core is there."""
        if self._timer is not None:
            self._timer.cancel()

    async def until_long(self) -> None:
        """Wait until the core is away for long, and raise BackendError then."""
        await self._is_long.wait()
        problem = "There is no core on this node: its clients go to another one"
        _log.warning("%s", problem)
        raise BackendError(problem)


async def _welcome(core: RemoteCore, control: Control, parts: Parts) -> Welcome | None:
    """Wait until the core takes this edge; None if it has to end before."""
    await until_either(asyncio.shield(core.welcome), until_ended(control, parts))
    return core.welcome.result() if core.welcome.done() else None


def _webhook(settings: SettingsOp) -> WebhookConfig | None:
    if not settings.webhook_url:
        return None
    commands = frozenset(CallbackCommand(name) for name in settings.webhook_commands)
    return WebhookConfig(settings.webhook_url, settings.webhook_token, commands or AFTER_EVENTS)
