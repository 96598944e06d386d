"""Connections that come, hold something, or go, in numbers."""

import asyncio
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from itertools import cycle
from typing import Final

from msgspec import structs

from imtui.protocol.limits import DEVICES_PER_PLATFORM, FRAME_MAX_BYTES, HISTORY_PAGE_MAX
from imtui.protocol.messages import Method
from tests.attacks.attack import Attack
from tests.attacks.attackers.aim import Aim, Scale, Tally
from tests.attacks.attackers.forever import forever
from tests.attacks.attackers.wire import (
    ClosedError,
    Connection,
    credentials,
    opened,
    request,
)
from tests.attacks.backend import Attacked
from tests.attacks.bystander import BEN
from tests.attacks.report import Report, Row, at_most
from tests.benchmarks.app_key import AppKey
from tests.benchmarks.peers.frames import TEXT, frame_head, upgrade
from tests.benchmarks.server.crowd import Crowd, room
from tests.benchmarks.server.wires import ImtuiWire

_SHORT: Final = Scale(connections=20, seconds=0.6, rest=0.2, recovery=0.1)
_HELD: Final = 5.0
"""How long a connection is held before another one takes its place, in seconds."""
_HELD_MAX_MIB: Final = 400 / 300
"""How much memory a connection may hold: 1 MiB and what holds it."""
_NOISE_MIB: Final = 30
_LOGINS: Final = 12
_AT_ONCE: Final = 1000
_MESSAGE_BYTES: Final = 11_000
_PAGE: Final = 90
_PAGES_ASKED: Final = 60


async def _half_a_handshake(aim: Aim, tally: Tally) -> None:
    halves = cycle((b"", b"G", f"GET / HTTP/1.1\r\nHost: {aim.netloc}\r\nX-A: ".encode()))

    async def work(number: int) -> None:
        port = aim.rest_port if number % 3 == 0 else aim.port
        reader, writer = await asyncio.open_connection(aim.host, port)
        try:
            writer.write(next(halves))
            # One byte at a time, so that each is a sign of life.
            for _ in range(int(_HELD * 2)):
                await asyncio.sleep(0.5)
                writer.write(b"a")
                await writer.drain()
            await reader.read()
        finally:
            writer.transport.abort()
        raise ClosedError

    await forever(tally, aim.scale.connections, work)


async def _short_frames(aim: Aim, tally: Tally) -> None:
    """Send frames without their last byte: half of the connections without a login."""
    payload = bytes(FRAME_MAX_BYTES - 1)

    async def work(number: int) -> None:
        user = f"eve{number}" if number % 2 else ""
        async with opened(aim, user, instanceID="short") as connection:
            await connection.write(frame_head(TEXT, FRAME_MAX_BYTES))
            await connection.write(payload)
            while True:
                await connection.receive()

    await forever(tally, aim.scale.connections, work)


def _accounts_of(scale: Scale) -> list[str]:
    return [f"eve{number}" for number in range(-(-scale.connections // DEVICES_PER_PLATFORM))]


def _write_long_messages(backend: Attacked, aim: Aim) -> None:
    """Give each account of the attackers a page of long messages."""
    accounts = _accounts_of(aim.scale)
    backend.host.make_friends({user: () for user in (BEN, *accounts)})
    body = [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "x" * _MESSAGE_BYTES}}]
    sent = {"From_Account": BEN, "To_Account": accounts, "MsgBody": body}
    backend.host.administer(
        ("openim/batchsendmsg", {**sent, "MsgRandom": number}) for number in range(aim.scale.amount)
    )


async def _unread(aim: Aim, tally: Tally) -> None:
    """Ask for pages of long messages and read none, with a receive buffer that holds little."""
    page = {"userID": BEN, "count": HISTORY_PAGE_MAX}
    asked = request(Method.GET_C2C_HISTORY_MESSAGE_LIST, page)
    accounts = _accounts_of(aim.scale)
    silent: list[socket.socket] = []
    loop = asyncio.get_running_loop()
    for number in range(aim.scale.connections):
        user = accounts[number // DEVICES_PER_PLATFORM]
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        sock.setblocking(False)
        await loop.sock_connect(sock, (aim.host, aim.port))
        silent.append(sock)
        await loop.sock_sendall(sock, upgrade(aim.netloc, user))
        await loop.sock_recv(sock, 4096)
        named = {**credentials(aim, user), "instanceID": f"silent{number}"}
        await loop.sock_sendall(sock, request(Method.LOGIN, named))
        if b'"result"' not in await loop.sock_recv(sock, 4096):
            tally.counts["refused"] += 1
    tally.begin()
    try:
        for _ in range(_PAGES_ASKED):
            for sock in silent:
                try:
                    # A buffer that is full stays so.
                    sock.send(asked)
                except BlockingIOError:
                    tally.counts["not read by the backend"] += 1
                except OSError:
                    tally.counts["closed"] += 1
            await asyncio.sleep(0.01)
        await asyncio.Event().wait()
    finally:
        for sock in silent:
            sock.close()


def _unread_rows(report: Report) -> Iterable[Row]:
    rest = report.before.memory
    # Few connections hold less than what comes and goes by itself.
    held = max(_NOISE_MIB, _HELD_MAX_MIB * report.scale.connections)
    yield at_most("memory", rest, report.during.memory, "MiB", round(rest + held))
    yield at_most("memory afterwards", rest, report.after.memory, "MiB", round(rest + _NOISE_MIB))


async def _come_and_go(aim: Aim, tally: Tally) -> None:
    """Connect and close, with or without a handshake, half of them with a reset."""

    async def work(number: int) -> None:
        if number % 2:
            connection = await Connection.open(aim)
            connection.abort()
            tally.counts["came"] += 1
            return
        _, writer = await asyncio.open_connection(aim.host, aim.port)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()
        tally.counts["came"] += 1
        await asyncio.sleep(0)

    await forever(tally, aim.scale.connections, work)


async def _take_descriptors(aim: Aim, tally: Tally) -> None:
    """Hold connections that say nothing, from the backend's own machine, which has no limit."""

    async def work(number: int) -> None:
        reader, writer = await asyncio.open_connection(aim.host, aim.port)
        try:
            await reader.read()
        finally:
            writer.transport.abort()
        raise ClosedError

    await forever(tally, aim.scale.connections, work)


def _descriptor_rows(report: Report) -> Iterator[Row]:
    done = len(report.under_attack.logins)
    tried = done + report.under_attack.failed_logins
    yield Row(
        "logins of others",
        None,
        done,
        f"of {tried}",
        f"all, {_LOGINS} at least",
        done == tried and tried >= _LOGINS,
    )


async def _return(aim: Aim, tally: Tally) -> None:
    """Let all clients be lost at once and come back at once, over and over."""
    count = min(aim.scale.connections, room())
    if count < aim.scale.connections:
        tally.counts["clients, as more open files are not allowed"] = count
    wire = ImtuiWire(aim.netloc, AppKey(aim.sdk_app_id, aim.secret_key))
    arrivals = [wire.arrival(f"u{number}") for number in range(count)]

    def come() -> None:
        with Crowd((aim.host, aim.port)) as crowd:
            crowd.arrive(arrivals)
            tally.begin()
            began = time.monotonic()
            while time.monotonic() - began < aim.scale.seconds:
                crowd.leave()
                crowd.arrive(arrivals, at_once=_AT_ONCE)
                tally.counts["came back"] += count

    await asyncio.to_thread(come)


ATTACKS: Final = (
    Attack(
        "handshakes",
        "handshakes and HTTP requests that never end",
        _half_a_handshake,
        Scale(connections=800),
        _SHORT,
    ),
    Attack(
        "short-frames",
        "frames of 1 MB without their last byte",
        _short_frames,
        Scale(connections=100),
        structs.replace(_SHORT, seconds=1.6),
    ),
    Attack(
        "unread",
        "connections that ask for pages of long messages and read nothing",
        _unread,
        Scale(connections=300, amount=_PAGE),
        structs.replace(_SHORT, amount=20, recovery=1.0),
        prepare=_write_long_messages,
        rows=_unread_rows,
    ),
    Attack(
        "churn",
        "connections that come and go",
        _come_and_go,
        Scale(connections=100),
        _SHORT,
    ),
    Attack(
        "descriptors",
        "more connections than the backend can have open files",
        _take_descriptors,
        Scale(connections=600),
        structs.replace(_SHORT, connections=150, seconds=4.0),
        open_files=128,
        rows=_descriptor_rows,
    ),
    Attack(
        "return",
        "clients that all come back at once",
        _return,
        Scale(connections=10_000),
        structs.replace(_SHORT, connections=200),
        heartbeat_p99=100.0,
    ),
)
