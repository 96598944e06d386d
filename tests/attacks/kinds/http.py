"""HTTP requests that nobody has signed, and what is hardly HTTP, poured into the REST port."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from tests.attacks.attack import Attack
from tests.attacks.attackers.aim import ADDRESS, Aim, Scale, Tally
from tests.attacks.attackers.forever import forever
from tests.attacks.attackers.wire import ClosedError

_SHORT: Final = Scale(connections=4, seconds=0.6, rest=0.2, recovery=0.1)
_IN_A_ROW: Final = 50
_READ: Final = 65536
_PAGES: Final = ("/healthz", "/metrics", "/nowhere")


@contextlib.asynccontextmanager
async def _connected(
    aim: Aim,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(aim.host, aim.rest_port)
    try:
        yield reader, writer
    except ConnectionError as error:
        raise ClosedError from error
    finally:
        writer.transport.abort()


def _fields(aim: Aim) -> str:
    return f"Host: {aim.host}\r\nX-Forwarded-For: {ADDRESS}\r\n"


async def _ask_for_pages(aim: Aim, tally: Tally) -> None:
    """Ask for pages, many at once."""
    data = "".join(f"GET {page} HTTP/1.1\r\n{_fields(aim)}\r\n" for page in _PAGES).encode()

    async def work(number: int) -> None:
        async with _connected(aim) as (reader, writer):
            writer.write(data * _IN_A_ROW)
            while found := await reader.read(_READ):
                answers = found.count(b"HTTP/1.1 ")
                tally.counts["answered"] += answers
                writer.write(data * answers)
                await writer.drain()
            raise ClosedError

    await forever(tally, aim.scale.connections, work)


def _pours(first_line: str, data: bytes) -> Callable[[Aim, Tally], Awaitable[None]]:
    """Begin requests, and send data without an end."""

    async def attack(aim: Aim, tally: Tally) -> None:
        head = f"{first_line}\r\n{_fields(aim)}".encode()

        async def work(number: int) -> None:
            async with _connected(aim) as (reader, writer):
                writer.write(head)
                while not reader.at_eof():
                    writer.write(data)
                    await writer.drain()
                    tally.counts["poured"] += 1
                raise ClosedError

        await forever(tally, aim.scale.connections, work)

    return attack


_CHUNKS: Final = b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 20_000
_POURS: Final = {
    "posted-chunks": ("bodies of a command in chunks of a byte", "POST / HTTP/1.1", _CHUNKS),
    "page-chunks": ("bodies of a page in chunks of a byte", "GET /healthz HTTP/1.1", _CHUNKS),
    "fields": ("heads of many short fields", "GET / HTTP/1.1", b"a:\r\n" * 12_000),
    "heads": (
        "requests one after the other, each with many short fields",
        "GET / HTTP/1.1",
        b"a:\r\n" * 3000 + b"\r\nGET / HTTP/1.1\r\nHost: a\r\n",
    ),
    "rubbish": ("what is no HTTP", "GET", bytes(1000)),
}

ATTACKS: Final = (
    Attack(
        "pages",
        "questions for the pages of monitors, many at once",
        _ask_for_pages,
        Scale(connections=50),
        _SHORT,
    ),
    *(
        Attack(name, text, _pours(first_line, data), Scale(connections=50), _SHORT)
        for name, (text, first_line, data) in _POURS.items()
    ),
)
