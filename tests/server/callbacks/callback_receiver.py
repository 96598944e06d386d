"""An app's own server, for tests of webhooks: takes callbacks, and answers as it is told to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

TIMEOUT = 20.0


@dataclass(frozen=True)
class Received:
    """One request."""

    target: str
    query: dict[str, str]
    body: dict[str, Any]


class CallbackReceiver:
    """A server on a free port of loopback."""

    def __init__(self) -> None:
        self.url = ""
        self.received: list[Received] = []
        self.accepted: list[Received] = []
        """Those that were answered with 200."""
        self.statuses: list[int] = []
        """Those of the next answers; 200 once they are used up, 0 closes without an answer."""
        self.status_of: Callable[[dict[str, Any]], int] | None = None
        """Gives the status of the answer to a body, if ``statuses`` has none."""
        self.reply: Any = {"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0}
        """The body of answers, as bytes or as what is put into JSON."""
        self.open = asyncio.Event()
        """Answers wait for it."""
        self.open.set()
        self.under_way = self.most_under_way = 0
        self._arrived = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    async def wait_for(self, count: int) -> list[Received]:
        """Return all requests, once there are so many."""
        async with asyncio.timeout(TIMEOUT), self._arrived:
            await self._arrived.wait_for(lambda: len(self.received) >= count)
        return self.received

    async def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait until a condition on the requests holds."""
        async with asyncio.timeout(TIMEOUT), self._arrived:
            await self._arrived.wait_for(holds)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, OSError):
                while await self._answer(reader, writer):
                    pass
        except asyncio.CancelledError:
            pass  # asyncio's streams would log it
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (li.partition(": ") for li in lines)}
        assert method == "POST"
        assert headers["content-type"] == "application/json"
        body = msgspec.json.decode(await reader.readexactly(int(headers["content-length"])))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        received = Received(target, dict(parse_qsl(urlsplit(target).query)), body)
        async with self._arrived:
            self.received.append(received)
            self._arrived.notify_all()
        try:
            await self.open.wait()
        finally:
            self.under_way -= 1
        status = 200 if self.status_of is None else self.status_of(body)
        if self.statuses:
            status = self.statuses.pop(0)
        if status == 200:
            async with self._arrived:
                self.accepted.append(received)
                self._arrived.notify_all()
        if status == 0:
            return False
        reply = self.reply if isinstance(self.reply, bytes) else msgspec.json.encode(self.reply)
        lines = [f"HTTP/1.1 {status} So", f"Location: {self.url}", f"Content-Length: {len(reply)}"]
        writer.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode() + reply)
        await writer.drain()
        return True

    async def end(self) -> None:
        """Close all connections."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)


@asynccontextmanager
async def callback_receiver() -> AsyncIterator[CallbackReceiver]:
    """Serve until the end of the context."""
    receiver = CallbackReceiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/callback?from=imtui"
    try:
        yield receiver
    finally:
        server.close()
        await receiver.end()
        await server.wait_closed()
