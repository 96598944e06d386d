"""Nodes that share a PostgreSQL server, which only they use."""

import asyncio
import random
import signal
import socket
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg

from tests.checker.processes.backend import web_socket_url
from tests.checker.processes.proxy import Connect, Proxy, Streams
from tests.checker.processes.running import (
    HEARTBEAT_TIMEOUT,
    LINK,
    WITHIN,
    Worker,
    signal_to,
)
from tests.server.children import ROLES, children_of
from tests.server.node.edges.edged_server import until
from tests.server.store.postgres.cluster import PostgresServer

_LOOK_AGAIN: Final = 0.05
_AGAIN: Final = 0.3
"""The pause before a node that could not start is started again, as a service manager does."""
_PORTS: Final = range(10_000, 30_000)
"""A node keeps its ports while it is away: no connection of others may be given one of these."""
_GONE_WITHIN: Final = 20.0
_CONNECT_WITHIN: Final = 1.0


class Node(Worker):
    """One ``imtui serve --database``, always with the same ports and folder."""

    def __init__(self, folder: Path, name: str, database: "Database", rng: random.Random) -> None:
        """Prepare the process; ``folder`` holds its data and its log."""
        super().__init__(name, folder / f"{name}.log")
        self.data = folder / name
        self.port, self._link_port = _free_port(), _free_port()
        self.links = Proxy(rng)
        """What edges of other nodes reach its core through."""
        self.address = ""
        """Where they do."""
        self._database = database

    async def connect(self) -> Streams:
        """Connect to it as a client."""
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def start(self) -> None:
        """Start it, again and again if it ends; return once it serves."""
        if not self.address:
            self.address = f"127.0.0.1:{await self.links.start(self._connect_to_core)}"
        async with asyncio.timeout(2 * WITHIN):
            while True:
                if await self._is_ready():
                    return
                await asyncio.sleep(_AGAIN)

    async def end(self) -> int:
        """End it by SIGTERM, and return its exit status."""
        assert self._process is not None
        self._signal(signal.SIGTERM)
        async with asyncio.timeout(WITHIN):
            return await self._process.wait()

    async def kill(self) -> None:
        """Kill it, and then the processes that it has started, before they notice."""
        await super().kill()
        while pids := [pid for role in ROLES for pid in self.children(role)]:
            for pid in pids:
                signal_to(pid, signal.SIGKILL)
            await asyncio.sleep(_LOOK_AGAIN)

    def children(self, role: str) -> list[int]:
        """Return the process of the core, or of the edge, if there is one."""
        return children_of(self.data)[role]

    async def until_child(self, role: str) -> int:
        """Return the process of the core, or of the edge; it may just be started again."""
        async with asyncio.timeout(WITHIN):
            while True:
                if pids := self.children(role):
                    return pids[0]
                await asyncio.sleep(_LOOK_AGAIN)

    async def until_replaced(self, role: str, pid: int) -> None:
        """Wait until another process has taken the place of a child."""
        await until(lambda: self.children(role) not in ([], [pid]))

    async def _is_ready(self) -> bool:
        process = await self._spawn(
            *("-m", "tests.checker.processes.node"),
            *("--data", str(self.data), "--port", str(self.port)),
            *("--rest-port", "0", "--heartbeat-timeout", str(HEARTBEAT_TIMEOUT)),
            *("--database", self._database.dsn, "--link", f"127.0.0.1:{self._link_port}"),
            environment={LINK: self.address},
        )
        assert process.stdout is not None
        return bool(await process.stdout.readline())

    async def _connect_to_core(self) -> Streams:
        return await asyncio.open_connection("127.0.0.1", self._link_port)


class Nodes:
    """The nodes, and their PostgreSQL server."""

    def __init__(self, folder: Path, count: int, rng: random.Random) -> None:
        """Prepare some nodes; ``folder`` holds their data and their logs."""
        self.database = Database()
        self.nodes = [Node(folder, f"node{number}", self.database, rng) for number in range(count)]
        self.data = self.nodes[0].data
        """The first node makes the app's key."""

    @property
    def links(self) -> Sequence[Proxy]:
        """Return what edges reach cores of other nodes through."""
        return [node.links for node in self.nodes]

    @property
    def url(self) -> str:
        """Return the addresses of all nodes."""
        return web_socket_url([node.port for node in self.nodes])

    @property
    def connects(self) -> Sequence[Connect]:
        """Return what connects to each node."""
        return [node.connect for node in self.nodes]

    async def start(self) -> None:
        """Start the server, then the first node, and then the others."""
        await self.database.start()
        first, *others = self.nodes
        await first.start()
        await asyncio.gather(*(node.start() for node in others))

    async def kill(self) -> None:
        """Kill all nodes and the server, as a power cut would."""
        await asyncio.gather(*(node.kill() for node in self.nodes))
        await self.database.kill()

    async def remove(self) -> None:
        """Kill all nodes, and remove the server with its files."""
        await self.kill()
        for node in self.nodes:
            await node.links.stop()
        await self.database.remove()

    async def leader(self) -> Node | None:
        """Return the node that has the core; None if none has, or the server cannot be asked."""
        try:
            async with self.database.session() as session:
                address = await session.fetchval("SELECT address FROM lease")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return None
        return next((node for node in self.nodes if node.address == address), None)

    async def what_lasts(self, marks: Collection[str]) -> list[str]:
        """Return a line for each mark that is in a row of a table; takes its time.

        PostgreSQL itself removes what was in rows before, and later.
        """
        loop = asyncio.get_running_loop()
        last = loop.time() + _GONE_WITHIN
        async with self.database.session() as session:
            while True:
                found = await found_in(session, marks)
                if not found or loop.time() > last:
                    return found
                await asyncio.sleep(_LOOK_AGAIN)


class Database:
    """A PostgreSQL server that may be away."""

    def __init__(self) -> None:
        """Prepare the server; ``start`` makes it."""
        self.busy = asyncio.Lock()
        """Held by a fault while the server is away."""
        self._server: PostgresServer | None = None
        self.dsn = ""
        """Its address."""

    @property
    def pid(self) -> int:
        """Return the process that accepts sessions."""
        assert self._server is not None
        return self._server.process.pid

    async def start(self) -> None:
        """Start it, and wait until it lets clients in."""
        if self._server is not None:
            await asyncio.to_thread(self._server.start)
            return
        self._server = await asyncio.to_thread(PostgresServer)
        self.dsn = await asyncio.to_thread(self._server.database, "checker")

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._server is not None:
            await asyncio.to_thread(self._server.stop)

    async def remove(self) -> None:
        """End it, and remove its files."""
        if self._server is not None:
            await asyncio.to_thread(self._server.remove)

    @asynccontextmanager
    async def session(self) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
        """Connect for as long as the context lasts; raises what asyncpg raises, or OSError."""
        connection = await asyncpg.connect(self.dsn, timeout=_CONNECT_WITHIN)
        try:
            yield connection
        finally:
            connection.terminate()


async def found_in(
    session: "asyncpg.Connection[asyncpg.Record]", marks: Collection[str]
) -> list[str]:
    """Return a line for each mark that is in a row of a table."""
    tables = await session.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname !~ '^(pg_catalog|information_schema)$'"
    )
    found = []
    for (table,) in tables:
        rows = await session.fetch(f'SELECT t::text FROM "{table}" t')
        contents = "\n".join(row for (row,) in rows)
        found += [f"{mark} was erased, and is in {table}" for mark in marks if mark in contents]
    return found


def _free_port() -> int:
    rng = random.SystemRandom()
    while True:
        port = rng.choice(_PORTS)
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
