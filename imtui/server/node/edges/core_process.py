"""The process that has the core."""

import asyncio
import contextlib
import logging
import socket
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from imtui.protocol.app_key import KeyRing
from imtui.server.audit import AuditEntry
from imtui.server.core.admins.administering import get_admin_ids
from imtui.server.core.console import Console, ConsoleChanged, OnFailure
from imtui.server.core.core import Core
from imtui.server.core.keys.rotation import get_key_ring
from imtui.server.core.logins.administration import get_console
from imtui.server.instant import Instant
from imtui.server.link.nodes import RemoteNodes
from imtui.server.link.ops import LinkError, SettingsOp
from imtui.server.link.remote_edges import RemoteEdges
from imtui.server.metrics import Metrics
from imtui.server.node.config import BackendConfig
from imtui.server.node.core_node import CoreNode
from imtui.server.node.data_dir import BackendError, DataDir
from imtui.server.node.edges.control import Control, say_core, say_joined, say_ready
from imtui.server.node.edges.setup import Setup
from imtui.server.node.listening import with_port
from imtui.server.node.parts import Parts, until_either
from imtui.server.node.shared.address import split_link
from imtui.server.node.shared.read_ahead import ReadAhead
from imtui.server.node.shared.store import join, until_taken

_BACKLOG: Final = 128

_log: Final = logging.getLogger(__name__)


async def run_core(setup: Setup, control: Control) -> None:
    """Run the core until the parent ends it.

    Raises:
        BackendError: It cannot start.
    """
    config, store = setup.config, None
    async with contextlib.AsyncExitStack() as stack:
        listeners = [socket.socket(fileno=setup.link_fd)]
        key = setup.key
        if config.database is not None:
            _warn_of_unused(DataDir(config.data_dir).database)
            address = ""
            if config.link:
                listeners.append(sock := _link_socket(config.link, stack))
                address = with_port(*sock.getsockname()[:2])
            joined = join(config.database, config.node_name, stack)
            key, number = joined.join()
            say_joined(key, number)
            store = await until_taken(joined, address, control.ended, say_core)
            if store is None:
                return
            config = replace(config, clock=store.clock)
        parts, metrics = Parts(stack), Metrics()
        core = CoreNode(config, metrics, keeps_devices=True)
        core.open(stack, store)

        def console_changed(change: ConsoleChanged) -> None:
            edges.settings_changed(settings_for(change.console))

        def counted(edge: int, report: bytes) -> None:
            try:
                core.process_metrics.take(edge, report)
            except ValueError as error:
                raise LinkError(str(error)) from error

        def noted(entry: bytes) -> None:
            try:
                core.show_audit(msgspec.json.decode(entry, type=AuditEntry))
            except (msgspec.MsgspecError, UnicodeError) as error:
                raise LinkError(f"an unreadable audit entry: {error}") from error

        edges = RemoteEdges(core.epoch, key, lambda: told_first(core.core, config.clock()))
        edges.on_metrics, edges.on_audit = counted, noted
        if store is not None:
            edges.on_batch = ReadAhead(core.core, store).read
            edges.unix_ms = lambda: config.clock().unix_ms
        core.on_console_changed = console_changed
        await core.start(stack, edges)
        edges.core = core.host
        core.host.commits.is_busy = edges.is_busy
        await core.run(parts)
        core.open_rest(RemoteNodes(setup.about, edges))
        await core.check(parts)
        for sock in listeners:
            sock.listen(_BACKLOG)
            # Not as a Unix server, which would remove the file in the end: the next core needs it.
            server = await asyncio.get_running_loop().create_server(edges.accept, sock=sock)
            stack.callback(server.close)
        stack.push_async_callback(edges.stop)

        async def adjust(changed: BackendConfig) -> None:
            core.disk.reserve = changed.disk_reserve

        await parts.run(control.follow(adjust))
        say_ready(core.app_key.sdk_app_id)
        await until_ended(control, parts)


def _warn_of_unused(database: Path) -> None:
    if database.exists():
        _log.warning(
            "%s is not used, as everything is in PostgreSQL. If it was not brought there yet, run "
            "imtui migrate; otherwise, you can remove it",
            database,
        )


def _link_socket(link: str, stack: contextlib.AsyncExitStack) -> socket.socket:
    """Return a socket for edges of other nodes; they connect once it is published."""
    host, port = split_link(link)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return stack.enter_context(socket.create_server((host, port), family=family))
    except OSError as error:
        problem = f"The address {link} of --link cannot be used: {error.strerror}."
        raise BackendError(problem) from error


async def until_ended(control: Control, parts: Parts) -> None:
    """Wait until the parent ends this child, or raise the error of a part that fails."""
    await until_either(parts.wait_failed(), control.ended.wait())


def told_first(core: Core, now: Instant) -> tuple[KeyRing, frozenset[str], float, SettingsOp]:
    """Return what an edge has to know as it is welcomed: what holds now, not since the start."""
    admin = core.admin(now)
    console = get_console(admin)
    return (
        get_key_ring(admin),
        get_admin_ids(admin),
        console.heartbeat_timeout,
        settings_for(console),
    )


def settings_for(console: Console) -> SettingsOp:
    """Return the settings of the app that concern edges."""
    return SettingsOp(
        console.cpu_seconds,
        console.webhook_url,
        console.webhook_token,
        tuple(console.webhook_commands),
        console.before_callback_failure is OnFailure.DENY,
    )
