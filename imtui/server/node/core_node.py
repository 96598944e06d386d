"""The part of a backend that has the core: its store, its log, its callbacks and its commands."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

from imtui.protocol.app_key import AppKey
from imtui.server.alarm import Alarm
from imtui.server.audit import AuditEntry, AuditLog, latest_entries
from imtui.server.commands.change_log import ChangeLog
from imtui.server.core.accounts.changes import RevocationCorrected
from imtui.server.core.admins.administering import get_admin_ids
from imtui.server.core.console import Console, ConsoleChanged
from imtui.server.core.core import Core
from imtui.server.core.keys.changes import KeyRotated
from imtui.server.core.keys.rotation import get_key_ring
from imtui.server.core.logins.administration import get_console
from imtui.server.core.state import Timing
from imtui.server.edge.trust import Trust
from imtui.server.link.nodes import Nodes
from imtui.server.link.ports import EdgePort
from imtui.server.metrics import Metrics
from imtui.server.node.app_settings import store_settings
from imtui.server.node.checks import check_in_background
from imtui.server.node.config import BackendConfig
from imtui.server.node.core_host import CoreHost
from imtui.server.node.corrections import log_correction
from imtui.server.node.data_dir import BackendError, DataDir
from imtui.server.node.disk_reserve import DiskReserve
from imtui.server.node.key_export import KeyExport
from imtui.server.node.parts import Parts
from imtui.server.node.webhooks import AppWebhooks
from imtui.server.process_metrics import ProcessMetrics
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import Store, StoreError

_log: Final = logging.getLogger(__name__)

_EXTEND_EVERY: Final = 1.0
"""How often the lease of a shared store is extended at least, in seconds."""


class CoreNode:
    """The core with its store, and all that is done for the app as a whole."""

    trust: Trust
    """The app's keys and admins at the start; an edge in this process keeps them up to date."""
    epoch: int
    """How often the backend was started, including this start."""
    host: CoreHost
    """The core's port, once it is started."""
    show_audit: Callable[[AuditEntry], None]
    """Adds an entry of another process's audit log to the log that the console shows."""

    def __init__(
        self, config: BackendConfig, metrics: Metrics, *, keeps_devices: bool = False
    ) -> None:
        """Prepare; ``open`` comes next.

        Args:
            config: The configuration of the node.
            metrics: Counts changes and requests.
            keeps_devices: Whether edges keep the connections while the core restarts.
        """
        self._config = config
        self._keeps_devices = keeps_devices
        self.on_console_changed: Callable[[ConsoleChanged], None] = lambda change: None
        """Called with each change of the console, after the callbacks follow it."""
        self._metrics = metrics
        self.process_metrics = ProcessMetrics(metrics)
        """The same beside the metrics of edges in other processes, which report them."""
        self.data = DataDir(config.data_dir)
        self.disk = DiskReserve(config.data_dir, config.disk_reserve)

    @property
    def app_key(self) -> AppKey:
        """Return the key with which UserSigs are made."""
        return self.trust.key_ring.newest

    @property
    def console(self) -> Console:
        """Return the settings of the console."""
        return get_console(self.core.admin(self._config.clock()))

    def open(self, stack: contextlib.AsyncExitStack, shared: Store | None = None) -> None:
        """Take the data folder, and load what is stored.

        Args:
            stack: Ends what is begun here.
            shared: The store, if other nodes share it; otherwise it is in the data folder.

        Raises:
            BackendError: It is not possible; one line says why, and what to do.
        """
        config, data = self._config, self.data
        data.make()
        stack.callback(data.hold().release)
        data.remove_unfinished_exports()
        self.store = self._open_store(stack) if shared is None else shared
        self._load(data.exported_key())
        self._change_log = ChangeLog(lambda: config.clock().unix_ms)
        self.audit = AuditLog(data.audit_log, lambda: config.clock().unix_ms)
        self.audit.open()
        stack.callback(self.audit.close)
        self._change_log.show_audit(latest_entries(data.audit_logs()))
        self.audit.on_entry = self.show_audit = self._change_log.add_audit
        store_settings(self.core.admin(config.clock()), config.settings, self.audit)

    async def start(self, stack: contextlib.AsyncExitStack, edge: EdgePort) -> None:
        """Let the core speak to an edge.

        Raises:
            BackendError: The store cannot be read.
        """
        config, store = self._config, self.store
        self.webhooks = await stack.enter_async_context(
            AppWebhooks(self.app_key.sdk_app_id, config.clock, store, self._metrics)
        )
        try:
            self.webhooks.open(self.console)
        except StoreError as error:
            raise BackendError(str(error)) from error
        key_export = KeyExport(self.data, self.app_key)
        self.host = CoreHost(
            self.core,
            store,
            edge,
            config.clock,
            self._metrics,
            (self._change_log.observe, self.webhooks.observe),
            {
                RevocationCorrected: log_correction,
                KeyRotated: lambda change: key_export.rotated(change.key_ring),
                ConsoleChanged: self._console_changed,
            },
            self.audit,
        )
        self.host.commits.on_committed.append(key_export.committed)
        self.webhooks.on_sent = self.host.commits.commit_later
        self.host.commits.on_committed.append(self.webhooks.committed)
        stack.callback(self.host.commits.stop)
        self.host.carry_on()

    async def run(self, parts: Parts) -> None:
        """Let deadlines be handled, and the lease of a shared store be extended.

        The backend fails once nothing can be written any more.
        """
        alarm = Alarm(self._config.clock, self.core.next_due, self.host.sweep)
        self.host.on_due_changed = alarm.look_again
        await parts.run(alarm.run())
        await parts.run(self._until_final())
        if self.store.is_shared:
            await parts.run(self._keep_lease())

    def open_rest(self, nodes: Nodes) -> None:
        """Let commands of the REST API be carried out, given what they are told of nodes."""
        # A slow import: it takes longer than all the rest of the start, so the WebSocket opens
        # before it.
        from imtui.server.commands.rest import Rest

        commits = self.host.commits
        self.host.rest_api = Rest(
            self.core,
            self._config.clock,
            self.host.carry_on,
            commits.durable,
            lambda: commits.failure,
            self._change_log,
            self.process_metrics,
            nodes,
            lambda: self.webhooks.before.callbacks,
            self.audit,
            queries_wait=self.store.is_shared,
        )

    async def check(self, parts: Parts) -> None:
        """Check the whole database, now that the start has worked."""
        self.store.started()
        if self.store.is_shared:
            return
        await parts.run_aside(check_in_background(self.data.database, self.host.rest_api))

    def _console_changed(self, change: ConsoleChanged) -> None:
        self.webhooks.console_changed(change)
        self.on_console_changed(change)

    async def _until_final(self) -> None:
        """Raise BackendError once nothing can be written any more: a new start goes on."""
        final: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def end(why: str) -> None:
            if not final.done():
                final.set_result(why)

        self.host.commits.on_final = end
        raise BackendError(await final)

    async def _keep_lease(self) -> None:
        """Extend the lease."""
        while True:
            self.host.commits.commit_later()
            await asyncio.sleep(_EXTEND_EVERY)

    def _open_store(self, stack: contextlib.AsyncExitStack) -> Store:
        data = self.data
        try:
            store = SQLiteStore(data.database, _log.warning, keeps_statuses=self._keeps_devices)
        except StoreError as error:
            raise BackendError(str(error)) from error
        stack.callback(store.close)
        return store

    def _load(self, given: AppKey | None) -> None:
        config, store = self._config, self.store
        try:
            newest = store.app_key(given)
            # Loading counts the start durably before a port opens, so that revisions only grow.
            stored = store.load()
        except StoreError as error:
            raise BackendError(str(error)) from error
        self.epoch = stored.start
        self.core = Core(
            stored,
            config.clock(),
            archive=store.archive,
            timing=Timing(config.subscriptions_cleared_after, config.return_within),
            befriend=config.befriend,
            disk=self.disk,
            keeps_devices=self._keeps_devices,
        )
        admin = self.core.admin(config.clock())
        self.trust = Trust(get_key_ring(admin), get_admin_ids(admin))
        if given != newest:
            secrets = {key.secret_key for key in self.trust.key_ring.keys}
            if given is not None and given.secret_key not in secrets:
                _log.warning("app_key.json had a key that is not the app's; it has the newest now")
            self.data.export_key(newest)
