"""A backend in one process: a core, its store and an edge."""

import asyncio
import contextlib
import logging
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from imtui.protocol import limits
from imtui.protocol.app_key import AppKey
from imtui.server.alarm import Alarm
from imtui.server.audit import AuditLog
from imtui.server.commands.change_log import ChangeLog
from imtui.server.core.accounts.changes import RevocationCorrected
from imtui.server.core.admins.administering import get_admin_ids
from imtui.server.core.console import ConsoleChanged
from imtui.server.core.core import Core
from imtui.server.core.keys.changes import KeyRotated
from imtui.server.core.keys.rotation import get_key_ring
from imtui.server.core.state import Timing
from imtui.server.edge.addresses import Network, TrustedProxies
from imtui.server.edge.edge import Edge
from imtui.server.edge.gateway import LOGIN_TIMEOUT, Gateway
from imtui.server.edge.login_guard import LoginGuard
from imtui.server.edge.places import PlaceLimits
from imtui.server.edge.tls.certificate import CertificateFiles
from imtui.server.edge.trust import Trust
from imtui.server.edge.turns.fair_loop import is_busy
from imtui.server.edge.turns.turns import Turns
from imtui.server.instant import Instant
from imtui.server.metrics import Metrics
from imtui.server.node.app_settings import store_settings
from imtui.server.node.certificates import load_certificates
from imtui.server.node.checks import check_in_background
from imtui.server.node.core_host import CoreHost
from imtui.server.node.corrections import log_correction
from imtui.server.node.data_dir import Address, BackendError, DataDir
from imtui.server.node.descriptors import raise_limit, shares
from imtui.server.node.disk_reserve import MEBIBYTE, RESERVE_MIB, DiskReserve
from imtui.server.node.key_export import KeyExport
from imtui.server.node.listening import address_of, open_sockets
from imtui.server.node.webhooks import AppWebhooks
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError

_log: Final = logging.getLogger(__name__)


def present() -> Instant:
    """Return the current time on both clocks."""
    return Instant(time.monotonic(), int(time.time() * 1000))


@dataclass(frozen=True)
class BackendConfig:
    """The configuration of a backend."""

    data_dir: Path
    hosts: tuple[str, ...] = ("127.0.0.1",)
    port: int = 0
    """0 for any free port, here and below."""
    rest_port: int = 0
    unix_dir: Path | None = None
    """Listen on Unix sockets in this folder instead of on ports."""
    subscriptions_cleared_after: float = limits.SUBSCRIPTIONS_CLEARED_AFTER
    """In seconds after the account's last session ended."""
    login_timeout: float = LOGIN_TIMEOUT
    """How long a connection may stay without a login, in seconds."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages that may connect; handshakes with another Origin are refused."""
    max_connections: int | None = None
    """How many connections of clients there may be; None for as many as there are descriptors."""
    max_per_address: int = limits.CONNECTIONS_PER_ADDRESS
    """How many connections an address may have; a tenth of them without a login."""
    trusted_proxies: tuple[Network, ...] = ()
    """The peers that may name clients in their headers; without any, those on this machine."""
    befriend: Callable[[str, str], bool] | None = None
    """Whether a newly registered account and an earlier one are friends from the start."""
    tls: CertificateFiles | None = None
    """The certificate for both ports; None to serve without TLS."""
    disk_reserve: int = RESERVE_MIB * MEBIBYTE
    """In bytes; with less free space, messages are refused."""
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Settings of the console, by name, which are stored at the start if they differ."""
    clock: Callable[[], Instant] = present


class Backend:
    """One running backend: ``async with Backend(config) as backend``."""

    address: Address
    metrics: Metrics

    def __init__(self, config: BackendConfig) -> None:
        """Prepare a backend; entering the context starts it."""
        self._config = config
        self._stack = contextlib.AsyncExitStack()
        self.metrics = Metrics()
        self._proxies = TrustedProxies(config.trusted_proxies or None)
        self.disk = DiskReserve(config.data_dir, config.disk_reserve)
        self._parts: set[asyncio.Task[None]] = set()

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
        return self._trust.key_ring.newest

    def logged_in(self) -> Counter[str]:
        """Return the number of sessions of each account, passive ones included."""
        return self._core.logged_in()

    async def adjust(self, config: BackendConfig) -> None:
        """Take what can change while it runs: origins, proxies, caps, reserve, certificate."""
        self._gateway.adjust(self._place_limits(config), config.allowed_origins)
        self._proxies.networks = config.trusted_proxies or None
        self.disk.reserve = config.disk_reserve
        if self._certificates is not None and config.tls is not None:
            await self._certificates.use(config.tls)

    async def wait_failed(self) -> None:
        """Wait until a part of the backend fails, and raise its error."""
        ended, _ = await asyncio.wait(self._parts, return_when=asyncio.FIRST_COMPLETED)
        for part in ended:
            part.result()
        raise RuntimeError("a part of the backend stopped unexpectedly")

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        config = self._config
        self._connections_max, self._rest_connections_max = shares(raise_limit())
        data = DataDir(config.data_dir)
        data.make()
        stack.callback(data.hold().release)
        data.remove_unfinished_exports()
        store = self._open_store(stack, data)
        self._change_log = ChangeLog(lambda: config.clock().unix_ms)
        self._audit = AuditLog(data.audit_log, lambda: config.clock().unix_ms)
        stack.callback(self._audit.close)
        self._change_log.show_audit(self._audit.latest())
        self._audit.on_entry = self._change_log.add_audit
        self._guard = LoginGuard(config.clock, self._audit)
        console = store_settings(self._core.admin(config.clock()), config.settings, self._audit)
        self._edge = Edge(config.clock, console.heartbeat_timeout, self.metrics, self._trust)
        stack.callback(self._edge.stop)
        self._webhooks = await stack.enter_async_context(
            AppWebhooks(self.app_key.sdk_app_id, config.clock, store, self.metrics)
        )
        try:
            self._webhooks.open(console)
        except StoreError as error:
            raise BackendError(str(error)) from error
        key_export = KeyExport(data, self.app_key)
        self._host = CoreHost(
            self._core,
            store,
            self._edge,
            config.clock,
            self.metrics,
            (self._change_log.observe, self._webhooks.observe),
            {
                RevocationCorrected: log_correction,
                KeyRotated: key_export.rotated,
                ConsoleChanged: self._webhooks.console_changed,
            },
            self._audit,
        )
        self._host.commits.on_committed.append(key_export.committed)
        self._webhooks.on_sent = self._host.commits.commit_later
        self._host.commits.on_committed.append(self._webhooks.committed)
        has_more = partial(is_busy, asyncio.get_running_loop())
        self._host.commits.is_busy = self._edge.is_busy = has_more
        self._edge.core = self._host
        self._turns = Turns(asyncio.get_running_loop(), self._host.buckets)
        stack.callback(self._turns.stop)
        stack.callback(self._host.commits.stop)
        self._host.carry_on()
        ws, rest = open_sockets(
            stack, config.hosts, (config.port, config.rest_port), config.unix_dir
        )
        self._certificates = await load_certificates(config.tls, ws)
        await self._listen(stack, ws)
        await self._run(stack, *(alarm.run() for alarm in self._alarms()))
        await self._serve_rest(stack, rest)
        certificates = self._certificates
        pem = "" if certificates is None else certificates.tls.certificate.pem
        self.address = address_of(ws[0], rest[0], self.app_key.sdk_app_id, pem)
        data.publish(self.address)
        stack.callback(data.withdraw)
        if certificates is not None:
            certificates.publish = data.publish_certificate
            await self._run(stack, certificates.run())
        store.started()
        await self._check(stack, data)

    def _open_store(self, stack: contextlib.AsyncExitStack, data: DataDir) -> SQLiteStore:
        config = self._config
        given = data.exported_key()
        try:
            store = SQLiteStore(data.database, _log.warning)
            stack.callback(store.close)
            newest = store.app_key(given)
            # Loading counts the start durably before a port opens, so that revisions only grow.
            self._core = Core(
                store.load(),
                config.clock(),
                archive=store.archive,
                timing=Timing(config.subscriptions_cleared_after),
                befriend=config.befriend,
                disk=self.disk,
            )
        except StoreError as error:
            raise BackendError(str(error)) from error
        if given != newest:
            data.export_key(newest)
        admin = self._core.admin(config.clock())
        self._trust = Trust(get_key_ring(admin), get_admin_ids(admin))
        return store

    async def _listen(
        self,
        stack: contextlib.AsyncExitStack,
        socks: Sequence[socket.socket],
    ) -> None:
        self._gateway = Gateway(
            self._edge,
            self._config.clock,
            self.metrics,
            self._place_limits(self._config),
            self._guard,
            self._audit,
            self._turns,
            login_timeout=self._config.login_timeout,
            proxies=self._proxies,
            origins=self._config.allowed_origins,
            checks=lambda: self._webhooks.checks,
            tls=None if self._certificates is None else self._certificates.tls,
        )
        await stack.enter_async_context(self._gateway.listen(socks))

    def _place_limits(self, config: BackendConfig) -> PlaceLimits:
        wanted = config.max_connections or self._connections_max
        if wanted > self._connections_max:
            _log.warning(
                "The limit of file descriptors suffices for %d connections", self._connections_max
            )
        return PlaceLimits(min(wanted, self._connections_max), config.max_per_address)

    def _alarms(self) -> tuple[Alarm, Alarm]:
        clock, liveness = self._config.clock, self._edge.liveness
        due = Alarm(clock, self._core.next_due, self._host.sweep)
        silence = Alarm(clock, lambda now: liveness.next_due(), self._edge.close_silent)
        self._host.on_due_changed = due.look_again
        self._edge.on_due_changed = silence.look_again
        return due, silence

    async def _run(
        self, stack: contextlib.AsyncExitStack, *parts: Coroutine[None, None, None]
    ) -> None:
        for part in parts:
            self._parts.add(await stack.enter_async_context(_running(part)))

    async def _serve_rest(
        self,
        stack: contextlib.AsyncExitStack,
        socks: Sequence[socket.socket],
    ) -> None:
        # A slow import: it takes longer than all the rest of the start, so the WebSocket opens
        # before it.
        from imtui.server.commands.rest import Rest
        from imtui.server.edge.http_port import HTTPPort

        config, commits = self._config, self._host.commits
        self._host.rest_api = Rest(
            self._core,
            config.clock,
            self._host.carry_on,
            commits.durable,
            lambda: commits.failure,
            self._change_log,
            self.metrics,
            lambda: self._webhooks.before,
            self._audit,
        )
        host, guard = self._host, self._guard
        port = HTTPPort(host, self._trust, config.clock, guard, self._turns, self._proxies)
        tls = None if self._certificates is None else self._certificates.tls
        server = port.server(self._rest_connections_max, tls)
        serving = asyncio.create_task(server.run_on(socks))
        self._parts.add(serving)

        async def end() -> None:
            server.should_exit = True
            await asyncio.wait({serving})

        stack.push_async_callback(end)

    async def _check(self, stack: contextlib.AsyncExitStack, data: DataDir) -> None:
        checking = check_in_background(data.database, self._host.rest_api)
        await stack.enter_async_context(_running(checking))


@contextlib.asynccontextmanager
async def _running(
    coroutine: Coroutine[None, None, None],
) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(coroutine)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
