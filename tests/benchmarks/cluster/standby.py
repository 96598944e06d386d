"""Messages while PostgreSQL waits for a synchronous standby behind a slow line."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.benchmarks.cluster.spread import SUITE_NAME
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import Pair, Stretch, lone
from tests.benchmarks.peers.imtui_serve import connect_devices
from tests.benchmarks.peers.quotas import lift_quotas
from tests.benchmarks.server.hosts import OurHost, imtui
from tests.benchmarks.server.setting import folder_for
from tests.server.store.postgres.cluster import PostgresServer

AWAY: Final = 0.002
"""How long an answer of the standby takes on its way, in seconds, there and back."""
_SOCKET: Final = ".s.PGSQL.5432"
_READ: Final = 65536
_STANDBY: Final = "standby"


class SlowLine:
    """A Unix socket in a folder, behind which a server is some time away."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self._path = folder / _SOCKET
        self._to = server.folder / _SOCKET
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> "SlowLine":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        # The standby runs as another user.
        self._path.chmod(0o777)
        return self

    def __exit__(self, *failure: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_unix_server(self._accept, self._path)

    async def _close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._carry(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(str(self._to))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass_on(reader, to_server))
                group.create_task(self._pass_on(from_server, writer))
        finally:
            for end in (writer, to_server):
                end.transport.abort()
            # The sockets are closed in the next turn.
            await asyncio.sleep(0)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_READ):
                self._loop.call_later(AWAY / 2, writer.write, data)


@contextmanager
def _synchronous(server: PostgresServer, folder: Path) -> Iterator[None]:
    """Let commits wait for a standby that receives the log over a slow line."""
    folder.chmod(0o777)
    with (
        SlowLine(folder, server),
        server.beside(
            *("pg_receivewal", "--synchronous", "--no-loop", "-D", str(server.folder)),
            *("-d", f"host={folder} user=imtui application_name={_STANDBY}"),
        ),
    ):
        server.set("synchronous_standby_names", _STANDBY)
        yield


async def _lone(host: OurHost, sender: str, count: int) -> Stretch:
    await lift_quotas(host.rest_url, host.key)
    pair: Pair = await connect_devices(host.url, host.key, sender, "receiver")
    try:
        return await lone(host.pid, pair, count)
    finally:
        await pair.close()


def measure_standby(server: PostgresServer, count: int) -> Iterator[Figure]:
    """Measure lone messages without and with a standby."""
    found: list[Stretch] = []
    with ExitStack() as stack:
        dsn = server.database("standby")
        data = stack.enter_context(folder_for(SUITE_NAME))
        host = stack.enter_context(imtui(data, "--database", dsn, "--edges", 1))
        found.append(asyncio.run(_lone(host, "one", count)))
        line = stack.enter_context(folder_for("line"))
        stack.enter_context(_synchronous(server, line))
        found.append(asyncio.run(_lone(host, "other", count)))
    alone, behind = found
    name = f"a lone message with a synchronous standby {AWAY * 1000:.0f} ms away"
    partner = "without a standby"
    yield Figure(SUITE_NAME, f"{name}: p50", "ms", [behind.p50], [alone.p50], partner)
    yield Figure(SUITE_NAME, f"{name}: p99", "ms", [behind.p99], [alone.p99], partner)
