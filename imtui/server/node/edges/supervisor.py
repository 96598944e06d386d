"""A backend whose edges and core are processes of their own: starts them, and starts them again."""

import asyncio
import contextlib
import logging
import secrets
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from imtui import __version__
from imtui.server.edge.tls.certificate import (
    CertificateError,
    CertificateFiles,
    load_certificate,
)
from imtui.server.link.frames import About
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import Address, BackendError, DataDir
from imtui.server.node.edges.children import Child, start_child
from imtui.server.node.edges.setup import Role, Setup
from imtui.server.node.listening import address_of, open_sockets

_KEY_SIZE: Final = 32
_RUN_SIZE: Final = 8
_AGAIN_FIRST: Final = 0.1
_AGAIN_LAST: Final = 30.0
"""The pauses before a child that ended is started again, in seconds."""
_STEADY_AFTER: Final = 10.0
"""After how many seconds a child counts as one that does not end at once.

A core that another node has taken over from ends, too, and is soon wanted to stand by.
"""

_log: Final = logging.getLogger(__name__)


class EdgedBackend:
    """One running backend in several processes: ``async with EdgedBackend(…) as backend``."""

    address: Address

    def __init__(self, config: BackendConfig, edges: int) -> None:
        """Prepare a backend with some edges; entering the context starts it."""
        self._config = config
        self._edges = edges
        self._about = About(config.node_name, secrets.token_hex(_RUN_SIZE), __version__)
        self._key = secrets.token_bytes(_KEY_SIZE)
        self._stack = contextlib.AsyncExitStack()
        self._children: dict[int, Child] = {}
        """The core at place 0, and the edges from 1."""
        self._edge_numbers = 0
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

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

    async def adjust(self, config: BackendConfig) -> None:
        """Take what can change while it runs."""
        self._config = replace(self._of_one(config), settings={})
        for child in self._children.values():
            child.tell(self._config)

    async def wait_failed(self) -> None:
        """Wait until a part of the backend fails, and raise its error."""
        await self._failure

    async def until_alive(self) -> None:
        """Return once the core has shown that it does not hang; also if it is not there."""
        core = self._children.get(0)
        if core is not None:
            await core.until_answered()

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        config = self._config
        self._config = self._of_one(config)
        data = DataDir(config.data_dir)
        ws, rest = open_sockets(
            stack, config.hosts, (config.port, config.rest_port), config.unix_dir
        )
        self._ws = tuple(sock.fileno() for sock in ws)
        self._rest = tuple(sock.fileno() for sock in rest)
        self._link_socket = stack.enter_context(_link_socket(stack))
        stack.push_async_callback(self._end_children)
        await self._start_core()
        # A core that is started again must not undo what the console has changed since.
        self._config = replace(self._config, settings={})
        # It may end before the edges are ready, and without it they never are.
        tasks = [asyncio.create_task(self._keep(0))]
        stack.push_async_callback(_cancel, tasks)
        places = range(1, self._edges + 1)
        sdk_app_id, *_ = await asyncio.gather(*map(self._start_child, places))
        tasks += [asyncio.create_task(self._keep(place)) for place in places]
        pem = "" if config.tls is None else await _certificate(config.tls)
        self.address = address_of(ws[0], rest[0], sdk_app_id, pem)
        data.publish(self.address)
        stack.callback(data.withdraw)

    def _of_one(self, config: BackendConfig) -> BackendConfig:
        """Return the configuration of each edge: together they may have so many connections."""
        if config.max_connections is None:
            return config
        return replace(config, max_connections=max(1, config.max_connections // self._edges))

    def _setup(self, place: int) -> Setup:
        if place == 0:
            link = self._own_core
            fd = self._link_socket.fileno()
            return Setup(Role.CORE, self._config, self._key, link, fd, about=self._about)
        return Setup(
            Role.EDGE,
            self._config,
            self._key,
            self._core,
            place=place,
            number=self._next_number(),
            ws_fds=self._ws,
            rest_fds=self._rest,
            about=self._about,
        )

    @property
    def _own_core(self) -> str:
        """Return where the core of this node is."""
        return str(self._link_socket.getsockname())

    @property
    def _core(self) -> str:
        """Return where edges find the core."""
        return self._own_core

    def _next_number(self) -> int:
        self._edge_numbers += 1
        return self._edge_numbers

    async def _start_core(self) -> None:
        """Start the core, and wait until edges find one."""
        await self._start_child(0)

    async def _start_child(self, place: int) -> int:
        child = self._children[place] = await self._new_child(place)
        return await child.until_ready()

    async def _new_child(self, place: int) -> Child:
        config = self._config
        child = await start_child(self._setup(place), config.data_dir)
        if self._config is not config:
            # It has changed since, and only those that have started hear of that.
            child.tell(self._config)
        return child

    async def _keep(self, place: int) -> None:
        """Start a child again whenever it has ended."""
        loop, pause = asyncio.get_running_loop(), _AGAIN_FIRST
        name = f"Edge {place}" if place else "The core"
        while True:
            began = loop.time()
            status = await self._children[place].until_ended()
            if loop.time() - began > _STEADY_AFTER:
                pause = _AGAIN_FIRST
            how = f"signal {-status}" if status < 0 else f"status {status}"
            _log.error("%s has ended with %s; it is started again in %.1f s", name, how, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _AGAIN_LAST)
            try:
                await self._start_child(place)
            except BackendError as error:
                _log.error("%s cannot start: %s", name, error)
                # One that is not ready in time may not have ended.
                self._children[place].kill()

    async def _end_children(self) -> None:
        """End the edges, and then the core, to which they say who may come back."""
        edges = [child for place, child in self._children.items() if place]
        await asyncio.gather(*(child.end() for child in edges))
        if 0 in self._children:
            await self._children[0].end()


@contextlib.contextmanager
def _link_socket(stack: contextlib.AsyncExitStack) -> Iterator[socket.socket]:
    """Bind the socket of the core where only this user can connect, at a short path."""
    if sys.platform == "win32":
        # Children there inherit no sockets, either.
        raise BackendError(
            "Edges, and a shared database, need Linux or macOS. Leave out --edges and --database."
        )
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="imtui-")))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.bind(str(folder / "link.sock"))
        (folder / "link.sock").chmod(0o600)
        yield sock


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _certificate(files: CertificateFiles) -> str:
    try:
        return (await asyncio.to_thread(load_certificate, files)).pem
    except CertificateError as error:
        raise BackendError(str(error)) from error
