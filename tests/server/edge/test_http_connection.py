"""HTTP connections: read in turns at the cost of whoever they belong to, and nothing is lost."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from imtui.server.buckets import Buckets
from imtui.server.edge.addresses import TrustedProxies
from imtui.server.edge.http_connection import FIELDS_MAX
from imtui.server.edge.http_server import HTTPServer
from imtui.server.edge.turns.turns import Payers, Turned, Turns

TIMEOUT = 20.0
CHUNKS = 1000
TURN_EVENTS = 16


class HeldTurns(Turns):
    """Counts the turns; whoever has a debt gets none until it is paid."""

    def __init__(self, *, owes: bool = False) -> None:
        super().__init__(asyncio.get_running_loop(), Buckets())
        self.owes = owes
        self.debt = lambda payers, now: 1.0 if self.owes else 0.0
        self.wanted = 0
        self.paid: list[Payers] = []
        self.waits = asyncio.Event()
        self._held: list[tuple[Payers, Turned]] = []

    def want(self, payers: Payers, connection: Turned) -> None:
        self.wanted += 1
        self.waits.set()
        if self.owes:
            self._held.append((payers, connection))
        else:
            super().want(payers, connection)

    def charge(self, payers: Payers, cost: float) -> None:
        assert cost > 0
        self.paid.append(payers)

    def pay(self) -> None:
        """Let those go on who have waited."""
        self.owes = False
        for payers, connection in self._held:
            super().want(payers, connection)


class Service:
    """Answers with the size of the body."""

    def __init__(self) -> None:
        self.asked = 0
        self.reads = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        body = await Request(scope, receive).body() if self.reads else b""
        await PlainTextResponse(f"{len(body)} bytes")(scope, receive, send)


@contextlib.asynccontextmanager
async def serving(
    service: Service, turns: Turns
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Serve, and connect one client."""
    server = HTTPServer(service, 10, turns, TrustedProxies())
    with socket.create_server(("127.0.0.1", 0)) as sock:
        running = asyncio.create_task(server.run_on([sock]))
        reader, writer = await asyncio.open_connection(*sock.getsockname())
        try:
            async with asyncio.timeout(TIMEOUT):
                yield reader, writer
        finally:
            writer.transport.abort()
            server.end()
            await running
            turns.stop()


async def answer(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    return (await reader.readexactly(size)).decode()


def chunked(size: int) -> bytes:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"1\r\nx\r\n" * size + b"0\r\n\r\n"


async def test_a_body_in_small_chunks_is_read_in_many_turns_and_whole() -> None:
    turns = HeldTurns()
    async with serving(Service(), turns) as (reader, writer):
        writer.write(chunked(CHUNKS))
        assert await answer(reader) == f"{CHUNKS} bytes"
        assert turns.wanted >= CHUNKS // TURN_EVENTS
        assert len(turns.paid) >= turns.wanted
        assert {len(payers) for payers in turns.paid} == {1}


async def test_requests_that_come_at_once_are_answered_in_order() -> None:
    async with serving(Service(), HeldTurns()) as (reader, writer):
        writer.write(b"".join(chunked(size) for size in range(1, 40)))
        assert [await answer(reader) for _ in range(1, 40)] == [
            f"{size} bytes" for size in range(1, 40)
        ]


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
async def test_a_head_of_too_many_fields_is_refused_and_the_most_are_taken(line_end: bytes) -> None:
    def request(fields: int) -> bytes:
        lines = [b"GET / HTTP/1.1", b"Host: x", *[b"a: b"] * (fields - 1), b"", b""]
        return line_end.join(lines)

    service = Service()
    async with serving(service, HeldTurns()) as (reader, writer):
        writer.write(request(FIELDS_MAX) * 2)
        assert [await answer(reader) for _ in range(2)] == ["0 bytes"] * 2
        writer.write(request(FIELDS_MAX + 1))
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
    assert service.asked == 2


async def test_in_debt_nothing_is_handled_and_nothing_is_lost() -> None:
    turns, service = HeldTurns(owes=True), Service()
    async with serving(service, turns) as (reader, writer):
        writer.write(chunked(3))
        await turns.waits.wait()
        assert service.asked == 0
        turns.pay()
        assert await answer(reader) == "3 bytes"
        writer.write(chunked(4))
        assert await answer(reader) == "4 bytes"


async def test_an_answer_need_not_wait_for_a_body_that_nobody_reads() -> None:
    service = Service()
    service.reads = False
    async with serving(service, HeldTurns()) as (reader, writer):
        writer.write(chunked(CHUNKS))
        assert await answer(reader) == "0 bytes"


async def test_whoever_goes_while_it_waits_has_no_turn() -> None:
    turns, service = HeldTurns(owes=True), Service()
    async with serving(service, turns) as (_, writer):
        writer.write(chunked(3))
        await turns.waits.wait()
        writer.transport.abort()
    turns.pay()
    assert service.asked == 0


async def test_a_server_at_rest_sets_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    timers: list[float] = []
    call_at = loop.call_at

    def noted(when: float, *arguments: Any, **options: Any) -> asyncio.TimerHandle:
        timers.append(when - loop.time())
        return call_at(when, *arguments, **options)

    monkeypatch.setattr(loop, "call_at", noted)
    turns = Turns(loop, Buckets())
    server = HTTPServer(Service(), 10, turns, TrustedProxies())
    running = asyncio.create_task(server.run_on([]))
    for _ in range(10):
        await asyncio.sleep(0)
    assert timers == []
    assert not running.done()
    server.end()
    await running
    turns.stop()
