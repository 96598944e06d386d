"""A core that writes down what it is asked, behind the core's end of a link."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from imtui.protocol.app_key import KeyRing, SecretKey
from imtui.protocol.jsonrpc import Request
from imtui.server.buckets import Buckets
from imtui.server.link.link_socket import LinkSocket
from imtui.server.link.ops import SettingsOp
from imtui.server.link.ports import EDGE_SHIFT
from imtui.server.link.remote_core import RemoteCore
from imtui.server.link.remote_edges import RemoteEdges
from tests.server.edge.fakes import FakeCore

KEY = b"k" * 32
EPOCH = 7
TIMEOUT = 10.0


class NotingCore(FakeCore):
    """Writes down what edges ask."""

    def __init__(self) -> None:
        super().__init__()
        self.has_asked = asyncio.Event()
        self.away_ones: list[int] = []
        self.back_ones: list[int] = []
        self.buckets: Buckets[Hashable] = Buckets()

    def payer_of(self, session_id: int) -> Hashable:
        return session_id

    def request(
        self, session_id: int, request: Request, spent: float, *, is_dropped: bool = False
    ) -> float:
        self.has_asked.set()
        return super().request(session_id, request, spent, is_dropped=is_dropped)

    def away(self, session_ids: Iterable[int]) -> None:
        self.away_ones += session_ids

    def back(self, session_ids: Iterable[int]) -> None:
        self.back_ones += session_ids


def welcome() -> tuple[KeyRing, frozenset[str], float, SettingsOp]:
    ring = KeyRing(1, (SecretKey(1, "secret"),))
    return ring, frozenset(), 400.0, SettingsOp(0.1, "", "", (), False)


Link = Path | socket.socket
"""Where the core listens: the path of a Unix socket, or a bound TCP socket."""


@asynccontextmanager
async def listening(link: Link) -> AsyncIterator[tuple[NotingCore, RemoteEdges]]:
    """Run the core's end."""
    core, edges = NotingCore(), RemoteEdges(EPOCH, KEY, welcome)
    edges.core = core
    loop = asyncio.get_running_loop()
    if isinstance(link, Path):
        server = await loop.create_unix_server(edges.accept, str(link))
    else:
        server = await loop.create_server(edges.accept, sock=link)
    try:
        yield core, edges
    finally:
        server.close()
        await edges.stop()


def connector(link: Link) -> Callable[[Callable[[], LinkSocket]], "asyncio.Future[object]"]:
    """Return what connects an edge's end."""

    def connect(make: Callable[[], LinkSocket]) -> "asyncio.Future[object]":
        loop = asyncio.get_running_loop()
        if isinstance(link, Path):
            return asyncio.ensure_future(loop.create_unix_connection(make, str(link)))
        return asyncio.ensure_future(loop.create_connection(make, *link.getsockname()))

    return connect


def serving(
    link: Link, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> Awaitable[asyncio.Server]:
    """Let somebody else listen in place of the core."""
    if isinstance(link, Path):
        return asyncio.start_unix_server(serve, str(link))
    return asyncio.start_server(serve, sock=link)


async def open_stream(link: Link) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect a stranger to the core's end."""
    if isinstance(link, Path):
        return await asyncio.open_unix_connection(str(link))
    return await asyncio.open_connection(*link.getsockname())


@asynccontextmanager
async def linked_edge(link: Link, number: int = 1, key: bytes = KEY) -> AsyncIterator[RemoteCore]:
    """Run the edge's end; it is not yet welcomed."""
    core = RemoteCore(connector(link), key, number)
    running = asyncio.ensure_future(core.run())
    try:
        yield core
    finally:
        running.cancel()
        await asyncio.wait({running})
        core.flush_now()
        # The ends of the connections are handled before the loop is closed.
        await asyncio.sleep(0)


def session(edge: int, number: int = 1) -> int:
    """Return the ID of a session of an edge."""
    return edge << EDGE_SHIFT | number
