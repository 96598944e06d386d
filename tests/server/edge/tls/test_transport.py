"""TLS between a protocol and a socket: whole, in order, within bounds, and never a fault."""

import asyncio
import contextlib
import ssl
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.server.edge.tls.certificate import load_certificate
from imtui.server.edge.tls.transport import NO_DATA_MAX, RECORD_MAX, TLSTransport
from tests.certificates import FIRST, copy_of, trust_in

TRUST = trust_in(FIRST)


class Socket(asyncio.Transport):
    """The transport of a socket, without a socket."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = bytearray()
        self.happened: list[str] = []
        self.is_read = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += data

    def write_eof(self) -> None:
        self.happened.append("eof")

    def close(self) -> None:
        self.happened.append("close")

    def abort(self) -> None:
        self.happened.append("abort")

    def is_closing(self) -> bool:
        return "close" in self.happened or "abort" in self.happened

    def pause_reading(self) -> None:
        self.is_read = False

    def resume_reading(self) -> None:
        self.is_read = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return name

    def get_write_buffer_size(self) -> int:
        return len(self.sent)


class Heard:
    """What a protocol hears."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.happened: list[str] = []
        self.transport: asyncio.Transport | None = None
        self.pieces_until_pause = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def take(self, data: bytes) -> None:
        self.data += data
        self.pieces_until_pause -= 1
        if self.pieces_until_pause == 0:
            assert self.transport is not None
            self.transport.pause_reading()

    def eof_received(self) -> bool | None:
        self.happened.append("eof")
        return None

    def pause_writing(self) -> None:
        self.happened.append("pause")

    def resume_writing(self) -> None:
        self.happened.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.happened.append("lost")


class Streamed(Heard, asyncio.Protocol):
    """A protocol that is given data."""

    def data_received(self, data: bytes) -> None:
        self.take(data)


class Buffered(Heard, asyncio.BufferedProtocol):
    """A protocol that has a buffer, which is smaller than a record."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = bytearray(1000)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.take(bytes(self.buffer[:nbytes]))


class Client:
    """The other end, and what is between."""

    def __init__(
        self, context: ssl.SSLContext, protocol: Streamed | Buffered, trust: ssl.SSLContext = TRUST
    ) -> None:
        self.costs: list[float] = []
        self.debt = 0.0
        self.protocol = protocol
        self.socket = Socket()
        self.server = TLSTransport(protocol, context, self)
        self.server.connection_made(self.socket)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = trust.wrap_bio(self._incoming, self._outgoing, server_hostname="localhost")

    def pay(self, cost: float) -> None:
        self.costs.append(cost)

    def turn_delay(self) -> float:
        return self.debt

    def shake_hands(self) -> None:
        """Complete the handshake."""
        for _ in range(3):
            with contextlib.suppress(ssl.SSLWantReadError):
                self.tls.do_handshake()
            self.deliver(self.said())
        self.receive()

    def said(self) -> bytes:
        """Return what the client has for the server."""
        return self._outgoing.read()

    def deliver(self, data: bytes) -> None:
        """Give data to the server, as asyncio does."""
        while data:
            assert not self.server._is_deaf or self.socket.is_read
            buffer = self.server.get_buffer(-1)
            size = min(len(data), len(buffer))
            buffer[:size] = data[:size]
            self.server.buffer_updated(size)
            data = data[size:]
        self.receive()

    def receive(self) -> None:
        """Take what the server has sent."""
        self._incoming.write(self.socket.sent)
        self.socket.sent.clear()

    def read(self) -> bytes:
        """Return the data that has arrived."""
        self.receive()
        data = b""
        try:
            while piece := self.tls.read(RECORD_MAX):
                data += piece
        except ssl.SSLWantReadError:
            pass
        return data


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    return load_certificate(copy_of(FIRST, tmp_path_factory.mktemp("tls"))).context


@pytest.fixture(params=[Streamed, Buffered])
def client(request: pytest.FixtureRequest, context: ssl.SSLContext) -> Client:
    client = Client(context, request.param())
    client.shake_hands()
    return client


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=3000), max_size=8),
    cuts=st.lists(st.integers(1, 4000), max_size=12),
    kind=st.sampled_from([Streamed, Buffered]),
)
def test_what_is_sent_arrives_whole_however_it_is_cut(
    context: ssl.SSLContext, pieces: list[bytes], cuts: list[int], kind: type[Streamed | Buffered]
) -> None:
    client = Client(context, kind())
    client.shake_hands()
    for piece in pieces:
        client.tls.write(piece)
    records = client.said()
    for cut in cuts:
        client.deliver(records[:cut])
        records = records[cut:]
    client.deliver(records)
    assert bytes(client.protocol.data) == b"".join(pieces)
    for piece in pieces:
        client.server.write(piece)
    client.server.writelines(pieces)
    assert client.read() == b"".join(pieces) * 2
    assert client.protocol.happened == []


def test_the_protocol_knows_its_transport_before_the_handshake(context: ssl.SSLContext) -> None:
    client = Client(context, Buffered())
    assert client.protocol.transport is client.server
    assert client.server.get_extra_info("socket") == "socket"
    client.server.connection_lost(None)
    assert client.protocol.happened == ["lost"]


def test_much_data_is_written_in_pieces_that_leave_no_large_buffer(client: Client) -> None:
    data = bytes(range(256)) * 4096
    client.server.write(data)
    assert client.read() == data
    assert client.server.get_write_buffer_size() == 0


async def test_who_does_not_want_data_is_given_none_and_the_socket_is_not_read(
    client: Client,
) -> None:
    client.protocol.pieces_until_pause = 1
    client.tls.write(b"a" * 1000)
    client.tls.write(b"b" * 1000)
    client.deliver(client.said())
    assert (len(client.protocol.data), client.socket.is_read) in ((1000, False), (2000, False))
    assert not client.server.is_reading()
    client.server.resume_reading()
    await asyncio.sleep(0)
    assert client.protocol.data == b"a" * 1000 + b"b" * 1000
    assert client.socket.is_read
    assert client.server.is_reading()


@pytest.mark.parametrize("way", ["goodbye", "eof"])
def test_however_the_other_end_closes_it_is_told_once(client: Client, way: str) -> None:
    client.tls.write(b"last")
    if way == "goodbye":
        with pytest.raises(ssl.SSLWantReadError):
            client.tls.unwrap()
        client.deliver(client.said())
        assert client.socket.happened == ["close"]
    else:
        client.deliver(client.said())
        assert not client.server.eof_received()
    assert client.protocol.data == b"last"
    assert client.protocol.happened == ["eof"]


@pytest.mark.parametrize("way", ["write_eof", "close"])
def test_a_close_says_goodbye_and_ignores_what_follows(client: Client, way: str) -> None:
    client.server.write(b"last")
    getattr(client.server, way)()
    assert client.socket.happened == ["eof" if way == "write_eof" else "close"]
    client.server.write(b"too late")
    client.tls.write(b"late")
    client.deliver(client.said())
    assert client.read() == b"last"
    client.receive()
    with pytest.raises(ssl.SSLZeroReturnError):
        client.tls.unwrap()
        client.tls.read()
    assert client.protocol.data == b""
    client.server.close()
    client.server.close()
    assert client.socket.happened.count("close") == 1


@pytest.mark.parametrize("way", ["close", "abort", "write_eof", "write"])
def test_nothing_can_be_written_before_the_handshake(context: ssl.SSLContext, way: str) -> None:
    client = Client(context, Streamed())
    if way == "write":
        client.server.write(b"early")
        assert client.socket.happened == ["abort"]
    else:
        getattr(client.server, way)()
        assert client.socket.happened == [way.removeprefix("write_")]
    assert client.socket.sent == b""


@given(data=st.binary(min_size=1, max_size=400))
def test_whatever_is_no_tls_never_gets_through(context: ssl.SSLContext, data: bytes) -> None:
    client = Client(context, Streamed())
    client.deliver(data)
    client.server.eof_received()
    assert client.protocol.data == b""


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + bytes(99)])
def test_plain_text_ends_the_connection(context: ssl.SSLContext, data: bytes) -> None:
    client = Client(context, Streamed())
    client.deliver(data)
    assert client.socket.happened == ["abort"]


def test_a_record_that_was_changed_ends_the_connection(client: Client) -> None:
    client.tls.write(b"true")
    record = bytearray(client.said())
    record[-1] ^= 1
    client.deliver(bytes(record))
    assert client.socket.happened == ["abort"]
    assert client.protocol.data == b""


def test_records_without_data_end_the_connection(context: ssl.SSLContext) -> None:
    client = Client(context, Streamed())
    # The first message of a handshake that is longer than any that is meant.
    hello = b"\x01" + (130_000).to_bytes(3) + bytes(NO_DATA_MAX)
    sent = 0
    while not client.socket.happened:
        part = hello[sent : sent + RECORD_MAX]
        client.deliver(b"\x16\x03\x01" + len(part).to_bytes(2) + part)
        sent += len(part)
    assert client.socket.happened == ["abort"]
    assert sent == NO_DATA_MAX


@pytest.mark.parametrize(
    ("version", "is_accepted"),
    [
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_the_version_is_1_2_at_least(
    context: ssl.SSLContext, version: ssl.TLSVersion, is_accepted: bool
) -> None:
    trust = trust_in(FIRST)
    trust.set_ciphers("ALL:@SECLEVEL=0")
    trust.minimum_version = trust.maximum_version = version
    client = Client(context, Streamed(), trust)
    if is_accepted:
        client.shake_hands()
        client.tls.write(b"x")
        client.deliver(client.said())
    else:
        with pytest.raises(ssl.SSLError):
            client.shake_hands()
    assert bytes(client.protocol.data) == (b"x" if is_accepted else b"")


def test_congestion_is_told_and_what_tls_itself_says_is_not_piled_up(client: Client) -> None:
    client.server.pause_writing()
    client.server._outgoing.write(b"an answer of TLS")
    client.server._answer()
    assert not client.socket.is_read
    client.server.resume_writing()
    assert client.socket.is_read
    assert client.protocol.happened == ["pause", "resume"]


def test_reading_costs_whoever_sends(client: Client) -> None:
    paid = len(client.costs)
    assert paid >= 2
    client.tls.write(b"x")
    client.deliver(client.said())
    assert len(client.costs) > paid
    assert min(client.costs) >= 0


async def test_the_handshake_of_who_is_in_debt_waits(context: ssl.SSLContext) -> None:
    client = Client(context, Streamed())
    client.debt = 0.001
    with pytest.raises(ssl.SSLWantReadError):
        client.tls.do_handshake()
    client.deliver(client.said())
    assert not client.socket.is_read
    assert not client.costs and not client.socket.sent
    client.debt = 0.0
    await asyncio.sleep(0.02)
    assert client.socket.is_read
    client.shake_hands()
    client.tls.write(b"x")
    client.deliver(client.said())
    assert client.protocol.data == b"x"
