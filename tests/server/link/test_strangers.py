"""What connects to a link and is no edge or core of this backend: a line says why it is refused."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from msgspec import Raw

from imtui.protocol.jsonrpc import Request
from imtui.server.link import link_socket, remote_core, remote_edges
from imtui.server.link.frames import (
    LINK_VERSION,
    NONCE_SIZE,
    Batch,
    Challenge,
    FrameReader,
    Hello,
    Ping,
    Refusal,
    Response,
    edge_proof,
    encode_frame,
)
from imtui.server.link.link_socket import LinkSocket
from imtui.server.link.remote_core import RemoteCore
from tests.server.link.linked import (
    KEY,
    TIMEOUT,
    Link,
    NotingCore,
    connector,
    linked_edge,
    listening,
    open_stream,
    serving,
    session,
)

NONCE = b"n" * NONCE_SIZE
HELLO = Hello(LINK_VERSION, 9, b"life", 0, 0, NONCE)


@pytest.fixture(params=["unix", "tcp"])
def link(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Link]:
    if request.param == "unix":
        yield tmp_path / "link.sock"
        return
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener


@pytest.fixture
async def core(link: Link) -> AsyncIterator[NotingCore]:
    async with listening(link) as (noting, _):
        yield noting


@pytest.fixture
async def edge(link: Link, core: NotingCore) -> AsyncIterator[RemoteCore]:
    """Run an edge that was welcomed before anybody else came."""
    async with linked_edge(link) as known:
        await asyncio.wait_for(known.welcome, TIMEOUT)
        yield known


async def is_served(edge: RemoteCore, core: NotingCore) -> bool:
    """Tell whether a request of the edge arrives over the connection that it has had."""
    core.has_asked.clear()
    edge.request(session(1), Request("2.0", "heartbeat", id=1), 0.0)
    async with asyncio.timeout(TIMEOUT):
        await core.has_asked.wait()
    return not core.away_ones


async def answer_to(link: Link, *frames: bytes) -> bytes:
    """Send something, and return what comes until the connection is closed."""
    reader, writer = await open_stream(link)
    try:
        for frame in frames:
            writer.write(frame)
        async with asyncio.timeout(TIMEOUT):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def refusals(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ([b"GET / HTTP/1.1\r\n\r\n"], "is too large"),
        ([b"\xff" * 5000], "is too large"),
        ([(3).to_bytes(4) + b"\xc1\xc1\xc1"], "an unreadable frame"),
        ([(2).to_bytes(4) + b"\x92\x07"], "an unreadable frame"),
        ([encode_frame(Ping(0))], "an unexpected Ping"),
        ([encode_frame(Batch(1, 0, Raw(b"\x90")))], "an unexpected Batch"),
        ([encode_frame(Response(b"proof"))], "an unexpected Response"),
        ([encode_frame(HELLO), encode_frame(HELLO)], "an unexpected Hello"),
        ([encode_frame(HELLO), encode_frame(Response(b"x" * 32))], "does not know the key"),
        (
            [encode_frame(HELLO), encode_frame(Response(edge_proof(b"other", NONCE, NONCE)))],
            "does not know the key",
        ),
        (
            [encode_frame(Hello(LINK_VERSION + 1, 9, b"life", 0, 0, NONCE))],
            f"it speaks version {LINK_VERSION + 1} of the link, and not 1 to {LINK_VERSION}",
        ),
    ],
)
async def test_a_stranger_is_refused_with_a_line_and_an_edge_notices_nothing(
    link: Link,
    core: NotingCore,
    edge: RemoteCore,
    caplog: pytest.LogCaptureFixture,
    sent: list[bytes],
    reason: str,
) -> None:
    await answer_to(link, *sent)
    (line,) = refusals(caplog)
    assert reason in line
    assert "\n" not in line
    assert await is_served(edge, core)


async def test_an_edge_of_another_version_is_told_why(link: Link, core: NotingCore) -> None:
    answer = await answer_to(link, encode_frame(Hello(99, 9, b"life", 0, 0, NONCE)))
    (frame,) = FrameReader().feed(answer)
    assert isinstance(frame, Refusal)
    assert "version 99" in frame.reason


async def test_who_says_nothing_is_cut(
    link: Link,
    core: NotingCore,
    edge: RemoteCore,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remote_edges, "_KNOWN_WITHIN", 0.05)
    assert await answer_to(link) == b""
    assert len(refusals(caplog)) == 1
    assert await is_served(edge, core)


async def test_a_crowd_of_strangers_is_refused_at_once(
    link: Link,
    core: NotingCore,
    edge: RemoteCore,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remote_edges, "_STRANGERS_MAX", 3)
    async with AsyncExitStack() as stack:
        for _ in range(3):
            _, writer = await open_stream(link)
            stack.callback(writer.close)
        assert await answer_to(link) == b""
        assert refusals(caplog) == ["A link was refused: too many strangers"]
        assert await is_served(edge, core)


async def test_an_edge_does_not_speak_to_a_core_without_the_key(
    link: Link, caplog: pytest.LogCaptureFixture
) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(encode_frame(Challenge(NONCE, b"no proof")))
        heard.put_nowait(await reader.read(4096))
        writer.close()

    server = await serving(link, serve)
    async with server, linked_edge(link) as edge, asyncio.timeout(TIMEOUT):
        assert await heard.get() == b""
        assert not edge.welcome.done()
    assert "Edge 1 does not reach the core: the core does not know the key" in caplog.text


async def test_an_edge_that_is_refused_tries_again_more_and_more_rarely(
    link: Link, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_core, "_RETRY_FIRST", 0.001)
    monkeypatch.setattr(remote_core, "_RETRY_LAST", 0.004)
    pauses: list[float] = []
    enough = asyncio.Event()

    async def noting(self: RemoteCore, seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 5:
            enough.set()
        await asyncio.sleep(seconds)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(encode_frame(Refusal("it speaks version 2 of the link, and not 1")))
        writer.close()

    monkeypatch.setattr(RemoteCore, "_rest_for", noting)
    server = await serving(link, serve)
    async with server, linked_edge(link), asyncio.timeout(TIMEOUT):
        await enough.wait()
    assert pauses[:5] == [0.001, 0.002, 0.004, 0.004, 0.004]
    assert "Edge 1 does not reach the core: it is refused, as it speaks version 2" in caplog.text


@pytest.mark.parametrize("link", ["unix"], indirect=True)
async def test_an_edge_that_is_told_where_the_core_is_waits_for_no_other(
    link: Path, tmp_path: Path, core: NotingCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_core, "_WELCOMED_WITHIN", 1000.0)
    silent, reached = tmp_path / "silent.sock", asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        await reader.read()
        writer.close()

    places = iter([silent])
    server = await serving(silent, say_nothing)

    def connect(make: Callable[[], LinkSocket]) -> "asyncio.Future[object]":
        return connector(next(places, link))(make)

    edge = RemoteCore(connect, KEY, 1)
    running = asyncio.ensure_future(edge.run())
    async with server, asyncio.timeout(TIMEOUT):
        await reached.wait()
        edge.look_elsewhere()
        await edge.welcome
    running.cancel()
    await asyncio.wait({running})
    edge.flush_now()
    await asyncio.sleep(0)


async def test_a_peer_that_says_nothing_any_more_is_gone(
    link: Link, core: NotingCore, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_socket, "PING_EVERY", 0.01)
    monkeypatch.setattr(link_socket, "DEAD_AFTER", 0.05)
    reader, writer = await open_stream(link)
    writer.write(encode_frame(HELLO))
    frames = FrameReader()
    async with asyncio.timeout(TIMEOUT):
        (challenge,) = frames.feed(await reader.read(4096))
        assert isinstance(challenge, Challenge)
        writer.write(encode_frame(Response(edge_proof(KEY, NONCE, challenge.nonce))))
        while await reader.read(4096):
            pass
    writer.close()
    lines = [r.getMessage() for r in caplog.records]
    assert any(line.startswith("Edge 9 is gone (nothing came for") for line in lines), lines
