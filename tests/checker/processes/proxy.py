"""A proxy between one device and the backend, or edges and their core, that breaks connections."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Final

_CHUNK: Final = 65536


class Direction(Enum):
    """The direction of bytes."""

    UP = "to the backend"
    DOWN = "to the client"


class Break(Enum):
    """How a connection is broken."""

    RESET = "reset"
    CLOSE = "closed"
    HALF_CLOSE = "half-closed"
    """Closed in one direction; the other stays open."""


class _Way:
    """One direction of one connection."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.delay = 0.0
        self.left: int | None = None
        """The number of bytes that still get through before the break; None for no break."""
        self.how = Break.RESET
        self.broken = asyncio.Event()
        self.is_held_soon = False
        """Whether to hold everything after the next piece."""


class _Pair:
    """One connection through the proxy: its two sockets, and its two directions."""

    def __init__(self, client: asyncio.StreamWriter, backend: asyncio.StreamWriter) -> None:
        self._writers = {Direction.DOWN: client, Direction.UP: backend}
        self.ways = {direction: _Way() for direction in Direction}

    def reset(self) -> None:
        for writer in self._writers.values():
            writer.transport.abort()

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()

    async def pump(
        self, reader: asyncio.StreamReader, direction: Direction, rng: random.Random
    ) -> None:
        writer, way = self._writers[direction], self.ways[direction]
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                while chunk:
                    size = len(chunk)
                    if way.delay:
                        await asyncio.sleep(way.delay)
                        size = rng.randint(1, size)
                    await way.open.wait()
                    if way.left is not None:
                        size = min(size, way.left)
                        way.left -= size
                    writer.write(chunk[:size])
                    chunk = chunk[size:]
                    if way.left == 0:
                        self._break(writer, way)
                        return
                    if way.is_held_soon:
                        way.is_held_soon = False
                        way.open.clear()
                    await writer.drain()
            await way.open.wait()
            writer.write_eof()
            return
        self.reset()

    def _break(self, writer: asyncio.StreamWriter, way: _Way) -> None:
        if way.how is Break.HALF_CLOSE:
            writer.write_eof()
        elif way.how is Break.CLOSE:
            self.close()
        else:
            self.reset()
        way.broken.set()


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Streams]]
"""Connects to a backend, or to a core; may raise OSError."""


class Proxy:
    """What one device connects to, or all edges of a backend: a port for each address of that."""

    def __init__(self, rng: random.Random) -> None:
        """Create the proxy; ``rng`` decides the sizes of the pieces that it forwards."""
        self._rng = rng
        self._pairs: set[_Pair] = set()
        self._fewer = asyncio.Event()
        self._held: set[Direction] = set()
        self._refuses = False
        self._next_is_held = False
        self._servers: list[asyncio.Server] = []

    async def start_at(self, path: Path, connect: Connect) -> None:
        """Start to listen on a Unix socket."""
        server = await asyncio.start_unix_server(partial(self._serve, connect), str(path))
        self._servers.append(server)

    async def start(self, connect: Connect) -> int:
        """Start to listen on one more TCP port, and return it."""
        server = await asyncio.start_server(partial(self._serve, connect), "127.0.0.1", 0)
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Reset all connections and stop listening."""
        self.heal()
        self.reset()
        for server in self._servers:
            server.close()
        await self.until_connections(0)

    def heal(self) -> None:
        """End all faults, and let held bytes through."""
        self._refuses = self._next_is_held = False
        self._held.clear()
        for pair in self._pairs:
            for way in pair.ways.values():
                way.is_held_soon = False
                way.open.set()
                way.delay = 0.0
                way.left = None

    def reset(self) -> None:
        """Reset all connections."""
        for pair in tuple(self._pairs):
            pair.reset()

    async def until_connections(self, most: int) -> None:
        """Wait until there are at most ``most`` connections."""
        while len(self._pairs) > most:
            self._fewer.clear()
            await self._fewer.wait()

    async def cut(self, direction: Direction, after: int, how: Break, seconds: float) -> None:
        """Break the open connections after some bytes; give up if those do not come in time."""
        pairs = tuple(self._pairs)
        for pair in pairs:
            pair.ways[direction].left, pair.ways[direction].how = after, how
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for pair in pairs:
                    await pair.ways[direction].broken.wait()
        for pair in pairs:
            pair.ways[direction].left = None
        if how is Break.HALF_CLOSE:
            await asyncio.sleep(seconds)
            for pair in pairs:
                pair.reset()

    async def delay(self, direction: Direction, each: float, seconds: float) -> None:
        """Delay the bytes of the open connections for some time, in pieces of random size."""
        ways = [pair.ways[direction] for pair in self._pairs]
        for way in ways:
            way.delay = each
        await asyncio.sleep(seconds)
        for way in ways:
            way.delay = 0.0

    async def hold(self, direction: Direction, seconds: float, *, new: bool, lose: bool) -> None:
        """Hold all bytes in one direction for some time.

        Args:
            direction: The direction to hold.
            seconds: The duration.
            new: Whether to hold new connections too; if not, the held bytes arrive after those
                of newer connections.
            lose: Whether to reset the held connections in the end.
        """
        if new:
            self._held.add(direction)
        pairs = tuple(self._pairs)
        for pair in pairs:
            pair.ways[direction].open.clear()
        await asyncio.sleep(seconds)
        self._held.discard(direction)
        for pair in self._pairs.union(pairs):
            if lose:
                pair.reset()
            pair.ways[direction].open.set()

    async def hold_next(self, seconds: float) -> None:
        """Reset all connections, and delay the login of the next one.

        By then the client may have given up on it, and logged in on another connection.
        """
        self._next_is_held = True
        self.reset()
        await asyncio.sleep(seconds)
        self._next_is_held = False
        for pair in self._pairs:
            pair.ways[Direction.UP].is_held_soon = False
            pair.ways[Direction.UP].open.set()

    async def refuse(self, seconds: float) -> None:
        """Reset all connections, and refuse new ones for some time."""
        self._refuses = True
        self.reset()
        await asyncio.sleep(seconds)
        self._refuses = False

    async def _serve(
        self, connect: Connect, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self._refuses:
            writer.transport.abort()
            return
        try:
            there, back = await connect()
        except OSError:
            writer.transport.abort()
            return
        pair = _Pair(writer, back)
        for direction in self._held:
            pair.ways[direction].open.clear()
        if self._next_is_held:
            self._next_is_held = False
            pair.ways[Direction.UP].is_held_soon = True
        self._pairs.add(pair)
        try:
            await asyncio.gather(
                pair.pump(reader, Direction.UP, self._rng),
                pair.pump(there, Direction.DOWN, self._rng),
            )
            pair.close()
        finally:
            pair.reset()
            self._pairs.discard(pair)
            self._fewer.set()
