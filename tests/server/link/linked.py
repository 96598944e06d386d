"""A core that writes down what it is asked, behind the core's end of a link."""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Iterable
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


@asynccontextmanager
async def listening(link: Path) -> AsyncIterator[tuple[NotingCore, RemoteEdges]]:
    """Run the core's end at the path of a Unix socket."""
    core, edges = NotingCore(), RemoteEdges(EPOCH, KEY, welcome)
    edges.core = core
    server = await asyncio.get_running_loop().create_unix_server(edges.accept, str(link))
    try:
        yield core, edges
    finally:
        server.close()
        await edges.stop()


def connector(link: Path) -> Callable[[Callable[[], LinkSocket]], "asyncio.Future[object]"]:
    """Return what connects an edge's end."""

    def connect(make: Callable[[], LinkSocket]) -> "asyncio.Future[object]":
        loop = asyncio.get_running_loop()
        return asyncio.ensure_future(loop.create_unix_connection(make, str(link)))

    return connect


@asynccontextmanager
async def linked_edge(link: Path, number: int = 1, key: bytes = KEY) -> AsyncIterator[RemoteCore]:
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
