"""What clients leave behind is freed at once, and not only by a garbage collection.

Otherwise those who make mistakes fill the memory with call stacks, and all that these worked on.
"""

import asyncio
import gc
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import cast
from urllib.parse import urlsplit

import httpx
import pytest

from imtui.protocol.errors import IMError
from imtui.server.node.backend import Backend
from tests.server.node.edges.edged_server import until
from tests.server.wire import ANSWER_TIMEOUT, wire

_TIMES = 3
_OURS = ("imtui.server.", "websockets.server")


@contextmanager
def garbage() -> Iterator[list[object]]:
    """Collect nothing, and add what a collection would have freed to a list in the end."""
    found: list[object] = []
    gc.collect()
    gc.disable()
    try:
        yield found
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        found += [one for one in gc.garbage if _is_ours(one)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def _is_ours(one: object) -> bool:
    # A proxy may stand for what is gone.
    kind = type(one)
    if kind is FrameType:
        return "/imtui/server/" in cast(FrameType, one).f_code.co_filename
    return issubclass(kind, IMError) or kind.__module__.startswith(_OURS)


def _name(one: object) -> str:
    return one.f_code.co_qualname if isinstance(one, FrameType) else type(one).__name__


async def mistakes_in_requests(backend: Backend) -> None:
    """Ask for what there is not, with wrong words, and for too much."""
    async with wire(backend) as client:
        assert await client.code("setSelfStatus", customStatus="early") != 0
        assert await client.code("login", sdkAppID=1, userID="ann", userSig="none") != 0
        await client.login("ann")
        assert await client.code("noSuchMethod") != 0
        assert await client.code("setSelfStatus", customStatus=5) != 0
        assert await client.code("setSelfStatus", customStatus="x" * 1000) != 0
        assert await client.code("subscribeUserStatus", userIDList=["nobody"]) != 0
        assert await client.code("sendMessage", userID="nobody", msgID="m1", text="hi") != 0
        await client.socket.send("rubbish")
        await client.receive()


async def ends_without_a_word(backend: Backend) -> None:
    """Log in, and drop the connection."""
    async with wire(backend) as client:
        await client.login("ann")
        client.socket.transport.abort()


async def rubbish_for_frames(backend: Backend) -> None:
    """Send what is no frame, after the handshake."""
    async with wire(backend) as client:
        client.socket.transport.write(b"\xff" * 100)
        assert await client.close_code() is not None


async def no_handshakes(backend: Backend) -> None:
    """Send what is no handshake: another kind of request, rubbish, or a part."""
    for head in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00\xff\r\n\r\n", b"GET"):
        await _say(backend.address.ws, head)


async def mistakes_at_the_http_port(backend: Backend) -> None:
    """Ask without a UserSig, with a wrong path or method, and send what is no request."""
    url = backend.address.rest
    async with httpx.AsyncClient(timeout=ANSWER_TIMEOUT) as client:
        for path in ("/v4/openim/querystate", "/v4/no/such", "/nothing"):
            await client.post(f"{url}{path}?identifier=ann", content=b"{")
            await client.put(f"{url}{path}", content=b"{")
    await _say(url, b"\x00\xff\r\n\r\n")


async def _say(url: str, data: bytes) -> None:
    """Send some bytes, and wait for an answer if there is to be one."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(data)
    if data.endswith(b"\n"):
        async with asyncio.timeout(ANSWER_TIMEOUT):
            await reader.read(1)
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    "visit",
    [
        mistakes_in_requests,
        ends_without_a_word,
        rubbish_for_frames,
        no_handshakes,
        mistakes_at_the_http_port,
    ],
)
async def test_nothing_is_left_for_a_collection(
    visit: Callable[[Backend], Awaitable[None]], backend: Backend
) -> None:
    await visit(backend)
    with garbage() as left:
        for _ in range(_TIMES):
            await visit(backend)
        await until(lambda: not backend.metrics.connections)
        # asyncio lets go of a connection some turns later.
        for _ in range(50):
            await asyncio.sleep(0)
    assert Counter(map(_name, left)) == {}
