"""A backend at work: the core, its store and the edge, tied together."""

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from imtui.protocol import limits
from imtui.protocol.app_key import AppKey
from imtui.protocol.rest.callback import BEFORE_HOOKS
from imtui.server.clock import Moment
from imtui.server.commands.change_log import ChangeLog
from imtui.server.core.app import Timing
from imtui.server.core.changes import Change
from imtui.server.core.service import IMService
from imtui.server.edge.gateway import LOGIN_TIMEOUT, Gateway
from imtui.server.metrics import Metrics
from imtui.server.node.data_dir import Address, BackendError, DataDir
from imtui.server.node.fanout import FanOut
from imtui.server.node.listening import listen_on_path, listen_on_port, url_of
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError
from imtui.server.sweeper import Sweeper
from imtui.server.webhook.config import WebhookConfig

if TYPE_CHECKING:
    from imtui.server.edge.before_callbacks.asked_first import AskedFirst
    from imtui.server.edge.before_callbacks.hooks import Hooks

_log: Final = logging.getLogger(__name__)


def present() -> Moment:
    """Return the present, on both clocks."""
    return Moment(time.monotonic(), int(time.time() * 1000))


@dataclass(frozen=True)
class BackendConfig:
    """How a backend is run."""

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free one."""
    rest_port: int = 0
    unix_dir: Path | None = None
    """Listen on Unix sockets in this folder instead of on ports."""
    heartbeat_timeout: float = limits.HEARTBEAT_TIMEOUT
    """In seconds."""
    subscriptions_cleared_after: float = limits.SUBSCRIPTIONS_CLEARED_AFTER
    """In seconds after the account went away."""
    login_timeout: float = LOGIN_TIMEOUT
    """How long a connection may stay without a login, in seconds."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages that may connect; a handshake with any other Origin is refused."""
    befriend: Callable[[str, str], bool] | None = None
    """Whether an account that is just registered and an earlier one are friends from the start."""
    webhook: WebhookConfig | None = None
    """The app's own server, which is told of what happens; None if there is none."""
    clock: Callable[[], Moment] = present


class Backend:
    """One running backend: ``async with Backend(config) as backend``."""

    address: Address
    app_key: AppKey
    metrics: Metrics

    def __init__(self, config: BackendConfig) -> None:
        """Make a backend that does not run yet."""
        self._config = config
        self._stack = contextlib.AsyncExitStack()
        self.metrics = Metrics()
        self._service: IMService
        self._fanout: FanOut

    async def __aenter__(self) -> Self:
        """Start; the backend is ready when this returns.

        Raises:
            BackendError: It cannot start; one line says why and what to do.
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
        """Close all connections and end."""
        await self._stack.aclose()

    def logged_in(self) -> Counter[str]:
        """Count the live connections of each account, passive ones included."""
        return self._service.logged_in()

    async def wait_failed(self) -> None:
        """Wait until a part of the backend fails, and raise what it raised."""
        parts = {self._sweeping, self._resting}
        ended, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for part in ended:
            part.result()
        raise RuntimeError("a part of the backend has ended by itself")

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        config = self._config
        data = DataDir(config.data_dir)
        data.make()
        stack.callback(data.hold().release)
        self.app_key = data.make_app_key()
        try:
            store = SQLiteStore(data.database)
            stack.callback(store.close)
            timing = Timing(config.heartbeat_timeout, config.subscriptions_cleared_after)
            # Counts the start, durably, before the first port opens: revisions only ever grow.
            self._service = IMService(
                store.load(),
                config.clock(),
                timing,
                archive=store.archive,
                befriend=config.befriend,
            )
        except StoreError as error:
            raise BackendError(str(error)) from error
        self._fanout = FanOut(
            self._service, store, observers=await self._observers(stack), metrics=self.metrics
        )
        stack.callback(self._fanout.stop)
        self._fanout.carry_out()
        self._sweeper = Sweeper(self._service, config.clock, self._carry_out)
        ws, rest = self._open_sockets(stack)
        self._hooks = await self._hooks_of(stack)
        gateway = Gateway(
            self._service,
            self._fanout,
            self.app_key,
            config.heartbeat_timeout,
            config.clock,
            self._sweeper.look_again,
            metrics=self.metrics,
            login_timeout=config.login_timeout,
            asked_first=self._asked_first(),
        )
        await stack.enter_async_context(gateway.listen(ws, config.allowed_origins))
        self._sweeping = await stack.enter_async_context(_running(self._sweeper.run()))
        self._resting = await stack.enter_async_context(self._rest(rest))
        self.address = Address(
            url_of("ws", ws), url_of("http", rest), self.app_key.sdk_app_id, os.getpid()
        )
        try:
            data.publish(self.address)
        except OSError as error:
            raise BackendError(f"{data.path} cannot be written: {error.strerror}.") from error
        stack.callback(data.withdraw)

    async def _observers(
        self, stack: contextlib.AsyncExitStack
    ) -> tuple[Callable[[list[Change]], None], ...]:
        """Return who is to see what changes, besides those who are connected."""
        clock = self._config.clock
        self._change_log = ChangeLog(self._service.console, lambda: clock().unix_ms)
        if self._config.webhook is None:
            return (self._change_log.observe,)
        from imtui.server.callbacks.lookups import lookups_of
        from imtui.server.callbacks.sender import Webhooks

        app_id, lookups = self.app_key.sdk_app_id, lookups_of(self._service.app)
        webhooks = Webhooks(self._config.webhook, app_id, clock, lookups, self.metrics)
        await stack.enter_async_context(webhooks)
        return (self._change_log.observe, webhooks.observe)

    async def _hooks_of(self, stack: contextlib.AsyncExitStack) -> "Hooks | None":
        """Return what asks the app's own server first, if it wants to be asked."""
        webhook = self._config.webhook
        if webhook is None or not webhook.commands & BEFORE_HOOKS:
            return None
        from imtui.server.edge.before_callbacks.hooks import Hooks

        hooks = Hooks(webhook, self.app_key.sdk_app_id, self._config.clock)
        return await stack.enter_async_context(hooks)

    def _asked_first(self) -> "AskedFirst | None":
        if self._hooks is None:
            return None
        from imtui.server.edge.before_callbacks.asked_first import AskedFirst

        is_failing = self._fanout.is_store_failing
        return AskedFirst(self._hooks, self._service, self._config.clock, is_failing)

    def _open_sockets(
        self, stack: contextlib.AsyncExitStack
    ) -> tuple[socket.socket, socket.socket]:
        config = self._config
        if config.unix_dir is None:
            ws = listen_on_port(config.host, config.port, "--port")
            stack.callback(ws.close)
            rest = listen_on_port(config.host, config.rest_port, "--rest-port")
        else:
            ws = listen_on_path(config.unix_dir / "ws.sock")
            stack.callback((config.unix_dir / "ws.sock").unlink, missing_ok=True)
            stack.callback(ws.close)
            rest = listen_on_path(config.unix_dir / "rest.sock")
            stack.callback((config.unix_dir / "rest.sock").unlink, missing_ok=True)
        stack.callback(rest.close)
        return ws, rest

    @contextlib.asynccontextmanager
    async def _rest(self, sock: socket.socket) -> AsyncIterator[asyncio.Task[None]]:
        # Not imported before it is needed: it takes longer than all the rest of the start.
        from imtui.server.commands.api import Rest

        rest = Rest(
            self._service,
            self._fanout,
            self.app_key,
            self._config.clock,
            self._carry_out,
            self._change_log,
            self.metrics,
            self._hooks,
        )
        server = rest.server()
        serving = asyncio.create_task(server.run_on(sock))
        try:
            yield serving
        finally:
            server.should_exit = True
            await asyncio.wait({serving})

    def _carry_out(self) -> None:
        """Store and tell what has changed, and wait for what is due next."""
        self._fanout.carry_out()
        self._sweeper.look_again()


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
