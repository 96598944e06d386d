"""The shell around websockets' protocol: what arrives piecemeal, wrong, too fast or not at all."""

import asyncio
import gc
import socket
import ssl
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.typing import Origin

from imtui.protocol.limits import (
    CONNECTION_HELD_MAX,
    FRAME_MAX_BYTES,
    STRANGER_FRAME_MAX_BYTES,
)
from imtui.server.edge.tls.certificate import TLS
from imtui.server.edge.tls.transport import Speaker
from imtui.server.edge.websocket.text_frames import Writer, text_frame
from imtui.server.edge.websocket.websocket import WRITE_BUFFER_MAX, WebSocket
from tests.certificates import FIRST, tls_with, trust_in

TIMEOUT = 20.0
TRUST = trust_in(FIRST)
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def masked(text: bytes) -> bytes:
    return Frame(Opcode.TEXT, text).serialize(mask=True)


class Talk(WebSocket):
    """A connection that writes down what happens, and writes what a test puts into it."""

    def __init__(self, server: "Server") -> None:
        loop = asyncio.get_running_loop()
        super().__init__(loop, (None, Origin("https://ok")), server.open_timeout)
        self.server = server
        self.texts: list[bytes] = []
        self.signs = 0
        self.frames: list[bytes] = []
        self.ready = True
        self.busy = False
        self.ends = 0
        self.writer: Writer | None = None
        server.talks.append(self)

    def opened(self, headers: Headers) -> None:
        self.server.note()

    def received(self) -> None:
        self.signs += 1
        self.server.note()

    def message(self, text: bytes) -> None:
        self.texts.append(text)
        self.server.note()

    def turn_delay(self) -> float:
        return 0.0

    def took_frames(self, count: int) -> None:
        self.server.note()

    def handed_over(self) -> None:
        """Let nobody wait."""

    def is_ready(self) -> bool:
        return self.ready

    def is_busy(self) -> bool:
        return self.busy

    def next_data(self) -> bytes:
        return self.frames.pop(0) if self.frames else b""

    def waiting_size(self) -> int:
        return sum(map(len, self.frames))

    def writable(self, writer: Writer | None) -> None:
        self.writer = writer
        self.server.note()

    def closed(self, held: int) -> None:
        self.ends += 1
        self.server.note()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.server.lost += 1
        self.server.note()


class Server:
    """Talks, and how to wait for what happens to them."""

    tls: ClassVar[TLS | None] = None

    def __init__(self, open_timeout: float) -> None:
        self.open_timeout = open_timeout
        self.talks: list[Talk] = []
        self.lost = 0
        self.url = ""
        self.port = 0
        self._changed = asyncio.Event()

    def note(self) -> None:
        self._changed.set()

    def accept(self) -> Speaker:
        """Return the protocol of a new connection."""
        talk = Talk(self)
        return talk if self.tls is None else self.tls.over(talk)

    @property
    def trust(self) -> ssl.SSLContext | None:
        """Return the settings of clients for TLS; None without it."""
        return None if self.tls is None else TRUST

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect a client that is no WebSocket."""
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=self.trust)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(TIMEOUT):
            while not holds():
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture(params=["plain", "TLS"], autouse=True)
def encrypt(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Let each test be one of plain connections, and one of connections with TLS."""
    if request.param == "TLS":
        monkeypatch.setattr(Server, "tls", tls_with(FIRST, tmp_path))


@asynccontextmanager
async def serving(open_timeout: float = TIMEOUT) -> AsyncIterator[Server]:
    server = Server(open_timeout)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(server.accept, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    server.url = f"{'ws' if server.tls is None else 'wss'}://127.0.0.1:{server.port}"
    try:
        yield server
    finally:
        listening.close()
        for talk in server.talks:
            talk.abort()
        await listening.wait_closed()


@asynccontextmanager
async def talking(server: Server) -> AsyncIterator[tuple[ClientConnection, Talk]]:
    async with connect(server.url, compression=None, ssl=server.trust) as client:
        await server.until(lambda: bool(server.talks))
        yield client, server.talks[-1]


def end_input(client: ClientConnection) -> None:
    """Close one direction; asyncio cannot with TLS."""
    client.transport.get_extra_info("socket").shutdown(socket.SHUT_WR)


def pause_reading(client: ClientConnection) -> None:
    """Read nothing; with TLS, asyncio reads on for a while unless its buffer is small."""
    client.transport.pause_reading()
    if isinstance(client.transport, _SecuredTransport):
        client.transport.set_read_buffer_limits(0)


def resume_reading(client: ClientConnection) -> None:
    """Read on."""
    if isinstance(client.transport, _SecuredTransport):
        client.transport.set_read_buffer_limits()
    client.transport.resume_reading()


@runtime_checkable
class _SecuredTransport(Protocol):
    """A transport of asyncio with TLS."""

    def set_read_buffer_limits(self, high: int | None = None) -> None: ...


async def close_code(client: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        async with asyncio.timeout(TIMEOUT):
            while True:
                await client.recv()
    return client.close_code


async def test_texts_come_whole_and_in_order_however_they_are_cut() -> None:
    async with serving() as server, talking(server) as (client, talk):
        await client.send("one")
        await client.send(["t", "wö", "!"])
        client.transport.write(b"".join(masked(text) for text in (b"three", b"four")))
        for byte in masked(b"five"):
            client.transport.write(bytes([byte]))
        await server.until(lambda: len(talk.texts) == 5)
        assert talk.texts == [b"one", "twö!".encode(), b"three", b"four", b"five"]
        assert talk.signs > 0
        assert talk.held_size() == 0


async def test_the_rest_of_a_frame_is_not_taken_for_a_frame() -> None:
    async with serving() as server, talking(server) as (client, talk):
        inner = masked(b"inner")
        head = bytes([0x80 | Opcode.BINARY, 0x80 | len(inner)]) + bytes(4)
        client.transport.write(head)
        await server.until(lambda: talk.signs > 0)
        client.transport.write(inner)
        assert await close_code(client) == 1003
        assert talk.texts == []


async def test_a_text_amid_the_pieces_of_another_is_refused() -> None:
    async with serving() as server, talking(server) as (client, talk):
        client.transport.write(Frame(Opcode.TEXT, b"a", fin=False).serialize(mask=True))
        async with asyncio.timeout(TIMEOUT):
            await (await client.ping())
        client.transport.write(masked(b"whole"))
        assert await close_code(client) == 1002
        assert talk.texts == []


async def test_a_ping_is_answered_and_is_a_sign_of_life() -> None:
    async with serving() as server, talking(server) as (client, talk):
        async with asyncio.timeout(TIMEOUT):
            await (await client.ping())
        assert talk.signs >= 1
        assert talk.texts == []


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (Frame(Opcode.BINARY, b"x").serialize(mask=True), 1003),
        (Frame(Opcode.TEXT, b"\xff").serialize(mask=True), 1007),
        (Frame(Opcode.CONT, b"x").serialize(mask=True), 1002),
        (Frame(Opcode.TEXT, b"x").serialize(mask=False), 1002),
        (b"\xff\xff\xff\xff", 1002),
        (Frame(Opcode.TEXT, b"x" * (FRAME_MAX_BYTES + 1)).serialize(mask=True), 1009),
        (masked(b"x" * (STRANGER_FRAME_MAX_BYTES + 1))[:100], 1009),
    ],
    ids=["binary", "no UTF-8", "no beginning", "no mask", "no frame", "too large", "a head"],
)
async def test_what_is_no_text_closes_the_connection_and_is_told_so(
    frame: bytes, code: int
) -> None:
    async with serving() as server, talking(server) as (client, talk):
        client.transport.write(frame + masked(b"too late"))
        assert await close_code(client) == code
        await server.until(lambda: talk.ends == 1)
        assert talk.texts == []


async def test_a_message_in_pieces_may_not_be_larger_than_a_frame() -> None:
    async with serving() as server, talking(server) as (client, talk):
        talk.trust(is_trusted=True)
        half = b"x" * (FRAME_MAX_BYTES // 2 + 1)
        client.transport.write(Frame(Opcode.TEXT, half, fin=False).serialize(mask=True))
        client.transport.write(Frame(Opcode.CONT, half).serialize(mask=True))
        assert await close_code(client) == 1009
        assert talk.texts == []


@pytest.mark.parametrize("way", ["close", "abort", "eof"])
async def test_however_the_other_side_goes_it_is_told_once_and_at_once(way: str) -> None:
    async with serving() as server, talking(server) as (client, talk):
        if way == "close":
            await client.close(4000, "bye")
        elif way == "abort":
            client.transport.abort()
        else:
            end_input(client)
        await server.until(lambda: talk.ends > 0)
        assert talk.ends == 1


async def test_what_was_sent_before_the_end_counts() -> None:
    async with serving() as server, talking(server) as (client, talk):
        close = Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True)
        client.transport.write(masked(b"last words") + close + masked(b"too late"))
        await server.until(lambda: talk.ends == 1)
        assert talk.texts == [b"last words"]


async def test_who_pings_and_reads_no_answer_is_sent_the_last_one_only() -> None:
    async with serving() as server, talking(server) as (client, talk):
        pause_reading(client)
        async with asyncio.timeout(TIMEOUT):
            while talk.writer is not None:
                talk.writer(text_frame(b"x" * WRITE_BUFFER_MAX))
                await asyncio.sleep(0)
            held = talk.held_size()
            signs = talk.signs
            for number in range(10_000):
                client.transport.write(Frame(Opcode.PING, b"%d" % number).serialize(mask=True))
            await server.until(lambda: talk._pong == pong(b"9999"))
            assert talk.signs > signs
            assert talk.held_size() == held
            resume_reading(client)
            await server.until(lambda: talk.writer is not None)
            assert talk._pong is None


def pong(data: bytes) -> bytes:
    return Frame(Opcode.PONG, data).serialize(mask=False)


async def test_what_is_received_and_what_waits_are_bounded_together() -> None:
    async with serving() as server, talking(server) as (client, talk):
        talk.trust(is_trusted=True)
        pause_reading(client)
        talk.frames = [text_frame(b"y" * WRITE_BUFFER_MAX)] * 500
        talk.write()
        talk.frames = [text_frame(b"y" * (CONNECTION_HELD_MAX // 2))]
        client.transport.write(masked(b"x" * (FRAME_MAX_BYTES - 1)))
        await server.until(lambda: not talk._is_reading)
        held = talk.held_size() + talk.waiting_size()
        assert CONNECTION_HELD_MAX < held < CONNECTION_HELD_MAX + 2 * WRITE_BUFFER_MAX
        resume_reading(client)
        await server.until(lambda: bool(talk.texts))
        assert (len(talk.texts[0]), talk.held_size()) == (FRAME_MAX_BYTES - 1, 0)


async def test_a_connection_that_ended_is_no_garbage() -> None:
    async with serving() as server:
        async with talking(server) as (client, talk):
            client.transport.write(masked(b"x" * 100)[:50])
            await server.until(lambda: server.talks[0].signs > 0)
            gone = weakref.ref(talk)
        await server.until(lambda: server.lost > 0)
        gc.collect()
        gc.disable()
        try:
            server.talks.clear()
            del talk
            # asyncio lets go of it one turn later.
            await asyncio.sleep(0)
            assert gone() is None
        finally:
            gc.enable()


async def test_closing_says_why_and_nothing_counts_that_comes_then() -> None:
    async with serving() as server, talking(server) as (client, talk):
        talk.close(4001, "taken over")
        talk.close(4002, "twice")
        assert talk.ends == 1
        client.transport.write(masked(b"late"))
        assert await close_code(client) == 4001
        assert client.close_reason == "taken over"
        talk.frames.append(text_frame(b"never"))
        talk.write()
        assert talk.texts == []


async def test_who_does_not_close_after_being_told_to_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imtui.server.edge.websocket.websocket.CLOSE_TIMEOUT", 0.05)
    async with serving() as server:
        reader, writer = await server.connect()
        writer.write(HANDSHAKE)
        async with asyncio.timeout(TIMEOUT):
            assert b"101" in await reader.readuntil(b"\r\n\r\n")
            server.talks[0].close(4001, "go")
            # Nothing is answered, and the connection is over all the same.
            with pytest.raises(ConnectionError):
                while True:
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0)
        writer.close()


async def test_half_a_handshake_is_hung_up_on_and_a_wrong_one_is_refused() -> None:
    async with serving(open_timeout=0.1) as server:
        reader, writer = await server.connect()
        writer.write(HANDSHAKE[:40])
        async with asyncio.timeout(TIMEOUT):
            assert await reader.read() == b""
        writer.close()
        with pytest.raises(InvalidStatus):
            async with connect(server.url, origin=Origin("https://evil"), ssl=server.trust):
                pass
        async with connect(server.url, origin=Origin("https://ok"), ssl=server.trust):
            pass
        reader, writer = await server.connect()
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(TIMEOUT):
            assert b"426" in await reader.readuntil(b"\r\n")
        writer.close()
        assert [talk.ends for talk in server.talks] == [0, 0, 1, 0]


async def test_who_sends_more_than_is_served_is_not_read_from() -> None:
    async with serving() as server, talking(server) as (client, talk):
        talk.ready = False
        many = 200_000
        sent = 0

        async def send() -> None:
            nonlocal sent
            for _ in range(many):
                client.transport.write(masked(b"x" * 100))
                sent += 1
                if client.transport.get_write_buffer_size() > WRITE_BUFFER_MAX:
                    return

        await send()
        # What was sent fills the buffers on the way, and no more comes in.
        async with asyncio.timeout(TIMEOUT):
            while client.transport.get_write_buffer_size() <= WRITE_BUFFER_MAX:
                await asyncio.sleep(0)
                await send()
        assert talk.texts == []
        talk.ready = True
        talk.write()
        await server.until(lambda: len(talk.texts) == sent)


async def test_frames_wait_while_the_other_side_does_not_take_them() -> None:
    async with serving() as server, talking(server) as (client, talk):
        pause_reading(client)
        big = text_frame(b"y" * WRITE_BUFFER_MAX)
        talk.frames = [big] * 500
        talk.write()
        left = len(talk.frames)
        assert left > 0
        resume_reading(client)
        async with asyncio.timeout(TIMEOUT):
            for _ in range(500):
                assert len(await client.recv()) == WRITE_BUFFER_MAX
        assert talk.frames == []


async def test_one_client_that_sends_ahead_leaves_others_their_turn() -> None:
    async with (
        serving() as server,
        talking(server) as (flood, flooding),
        talking(server) as (client, talk),
    ):
        flood.transport.write(masked(b"x") * 20_000)
        await client.send("me too")
        await server.until(lambda: bool(talk.texts))
        assert len(flooding.texts) < 20_000
        await server.until(lambda: len(flooding.texts) == 20_000)


async def test_all_that_was_sent_before_the_end_counts_however_many_turns_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imtui.server.edge.websocket.websocket._TURN_FRAMES", 1)
    async with serving() as server, talking(server) as (client, talk):
        close = Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True)
        client.transport.write(masked(b"x") * 5 + close)
        await server.until(lambda: talk.ends == 1)
        assert talk.texts == [b"x"] * 5
        assert await close_code(client) == 1000


async def test_the_end_waits_for_a_message_that_is_worked_on() -> None:
    async with serving() as server, talking(server) as (client, talk):
        talk.busy = True
        close = Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True)
        client.transport.write(masked(b"hard") + close)
        end_input(client)
        await server.until(lambda: talk.texts == [b"hard"])
        assert talk.is_open
        talk.busy = False
        talk.hand_over()
        assert talk.ends == 1
        assert await close_code(client) == 1000


async def test_who_is_told_to_close_after_closing_has_nothing_more_served() -> None:
    async with serving() as server, talking(server) as (client, talk):
        talk.ready = False
        close = Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True)
        client.transport.write(masked(b"late") + close)
        await server.until(lambda: talk.signs > 0)
        assert talk.is_open
        talk.close(4001, "taken over")
        assert talk.ends == 1
        talk.ready = True
        talk.hand_over()
        assert talk.texts == []


async def test_who_neither_takes_what_was_sent_nor_sends_any_more_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imtui.server.edge.websocket.websocket.CLOSE_TIMEOUT", 0.05)
    async with serving() as server, talking(server) as (client, talk):
        pause_reading(client)
        talk.frames = [text_frame(b"y" * WRITE_BUFFER_MAX)] * 500
        talk.write()
        end_input(client)
        await server.until(lambda: talk.ends == 1)
        await server.until(lambda: server.lost == 1)
        client.transport.abort()


@contextmanager
def reported() -> Iterator[list[object]]:
    """Collect what is reported to the event loop."""
    faults: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: faults.append(context["exception"]))
    yield faults
    loop.set_exception_handler(None)


@pytest.mark.parametrize("turn", [1, 1000], ids=["a turn of its own", "as it comes"])
async def test_a_fault_with_a_message_ends_that_connection_and_is_reported(
    monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    monkeypatch.setattr("imtui.server.edge.websocket.websocket._TURN_FRAMES", turn)
    fault = RuntimeError("a fault of ours")

    def fail(talk: Talk, text: bytes) -> None:
        if text == b"bad":
            raise fault
        talk.texts.append(text)
        talk.server.note()

    with reported() as faults:
        async with serving() as server, talking(server) as (client, talk):
            monkeypatch.setattr(Talk, "message", fail)
            client.transport.write(masked(b"good") + masked(b"bad") + masked(b"late"))
            await server.until(lambda: talk.ends == 1)
            assert talk.texts == [b"good"]
        assert faults == [fault]


async def test_a_fault_at_the_end_of_a_connection_does_not_reach_who_closes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault = RuntimeError("a fault of ours")

    def fail(_: Talk, held: int) -> None:
        raise fault

    with reported() as faults:
        async with serving() as server, talking(server) as (client, talk):
            monkeypatch.setattr(Talk, "closed", fail)
            talk.close(4001, "taken over")
            assert await close_code(client) == 4001
        assert faults == [fault]


@pytest.mark.parametrize(
    "more",
    [
        Frame(Opcode.CLOSE, b"").serialize(mask=True),
        Frame(Opcode.PING, b"").serialize(mask=True),
        b"\xff\xff\xff\xff",
    ],
    ids=["close", "ping", "no frame"],
)
async def test_who_does_not_wait_for_the_handshake_is_hung_up_on_without_a_fault(
    more: bytes,
) -> None:
    with reported() as faults:
        async with serving() as server:
            reader, writer = await server.connect()
            writer.write(HANDSHAKE + more)
            async with asyncio.timeout(TIMEOUT):
                assert await reader.read() == b""
            writer.close()
        assert faults == []


async def test_nothing_is_sent_on_a_connection_that_failed() -> None:
    async with serving() as server, talking(server) as (_, talk):
        talk.abort()
        assert not talk.send_now(text_frame(b"x"))
        talk.frames = [text_frame(b"x")]
        talk.write()
        assert len(talk.frames) == 1
