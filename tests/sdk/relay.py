"""A TCP relay between a client and a backend, so that a test can break the connection."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Relay:
    """Forwards bytes until a test freezes or drops the connections."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._writers: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = []
        self._frozen: set[asyncio.StreamWriter] = set()
        self.client_spoke = asyncio.Event()
        self.url = ""

    def freeze(self) -> None:
        """Discard all data of the present connections, and keep them open."""
        for pair in self._writers:
            self._frozen.update(pair)

    def drop_clients(self) -> None:
        """Break the clients' side, and leave the backend's side open."""
        self.freeze()
        for client, _ in self._writers:
            client.transport.abort()

    def drop(self) -> None:
        """Break both sides of all connections."""
        for pair in self._writers:
            for writer in pair:
                writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(self._target.hostname, self._target.port)
        except OSError:
            writer.transport.abort()
            return
        self._writers.append((writer, back))
        await asyncio.gather(self._forward(reader, back, True), self._forward(there, writer, False))

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, from_client: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65536):
                if from_client:
                    self.client_spoke.set()
                if writer not in self._frozen:
                    writer.write(chunk)
        if writer not in self._frozen:
            writer.close()


@asynccontextmanager
async def relay_to(url: str) -> AsyncIterator[Relay]:
    """Run a relay to a backend."""
    relay = Relay(url)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield relay
    finally:
        server.close()
        relay.drop()
        await server.wait_closed()
        await asyncio.sleep(0.05)
