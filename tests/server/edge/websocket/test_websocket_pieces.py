"""However what is sent is cut, the same happens."""

import asyncio
import math
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.frames import Opcode

from imtui.server.edge.websocket.text_frames import Writer
from imtui.server.edge.websocket.websocket import WebSocket
from tests.server.edge.websocket.test_websocket import HANDSHAKE, masked

PONG = bytes([0x80 | Opcode.PONG])


class Wire(asyncio.Transport):
    """A transport that takes everything and writes down what happens."""

    def __init__(self) -> None:
        super().__init__()
        self.happened: list[bytes | str] = []
        self.is_read = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        # It says what time it is.
        is_handshake = bytes(data).startswith(b"HTTP/1.1 101")
        self.happened.append("handshake" if is_handshake else bytes(data))

    def write_eof(self) -> None:
        self.happened.append("end")

    def abort(self) -> None:
        self.happened.append("abort")

    def is_closing(self) -> bool:
        return "abort" in self.happened

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Take any."""

    def pause_reading(self) -> None:
        self.is_read = False

    def resume_reading(self) -> None:
        self.is_read = True


class Reader(WebSocket):
    """A connection that writes down each text that it reads."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(asyncio.get_running_loop(), (None,), 60.0)
        self.happened = wire.happened
        self.connection_made(wire)

    def receive(self, data: bytes) -> None:
        self.get_buffer(-1)[: len(data)] = data
        self.buffer_updated(len(data))

    def opened(self, headers: Headers) -> None:
        self.happened.append("opened")

    def received(self) -> None:
        """Take it."""

    def message(self, text: bytes) -> None:
        self.happened += ["text", text]

    def turn_delay(self) -> float:
        return 0.0

    def took_frames(self, count: int) -> None:
        """Take no note of it."""

    def handed_over(self) -> None:
        """Let nobody wait."""

    def is_ready(self) -> bool:
        return True

    def is_busy(self) -> bool:
        return False

    def next_data(self) -> bytes:
        return b""

    def waiting_size(self) -> int:
        return 0

    def writable(self, writer: Writer | None) -> None:
        """Write nothing."""

    def closed(self, held: int) -> None:
        self.happened.append("closed")


async def read(pieces: list[bytes]) -> list[bytes | str]:
    """Return what happens when this is received in these pieces."""
    wire = Wire()
    reader = Reader(wire)
    # What waits for its turn would be dropped with the connection.
    with patch("imtui.server.edge.websocket.websocket.TURN", math.inf):
        for piece in pieces:
            if wire.is_read and not wire.is_closing() and piece:
                reader.receive(piece)
    reader.connection_lost(None)
    # Of the pings that come together only the last one is answered.
    return [one for one in wire.happened if not (isinstance(one, bytes) and one[:1] == PONG)]


def frame(opcode: Opcode, data: bytes, fin: bool, length_in: int) -> bytes:
    """Return a client's frame, its length said in at least so many bytes more than needed."""
    head = bytes([fin << 7 | opcode])
    if length_in == 8:
        size = bytes([0x80 | 127]) + len(data).to_bytes(8)
    elif length_in == 2 or len(data) > 125:
        size = bytes([0x80 | 126]) + len(data).to_bytes(2)
    else:
        size = bytes([0x80 | len(data)])
    return head + size + bytes(4) + data


TEXTS = st.binary(max_size=12) | st.integers(120, 130).map(lambda size: b"x" * size)
# With a mask of zeros what is in a frame may look like a frame itself.
INNER = TEXTS.map(masked)
FRAMES = st.builds(
    frame,
    st.sampled_from([Opcode.TEXT, Opcode.TEXT, Opcode.TEXT, Opcode.CONT, Opcode.PING, *Opcode]),
    TEXTS | INNER,
    st.booleans() | st.just(True),
    st.sampled_from([0, 0, 0, 2, 8]),
)


@given(
    sent=st.lists(FRAMES | st.binary(max_size=4), max_size=6),
    cuts=st.sets(st.integers(0, 400)),
    is_whole=st.booleans(),
)
@example([frame(Opcode.TEXT, b"a", fin, 0) for fin in (False, True)], set(), True)
@example([frame(Opcode.BINARY, frame(Opcode.TEXT, b"a", True, 0), True, 0)], {6}, False)
def test_the_same_happens_however_it_is_cut(
    sent: list[bytes], cuts: set[int], is_whole: bool
) -> None:
    stream = b"".join(sent)
    ends = sorted({*(cut for cut in cuts if cut < len(stream)), len(stream)})
    cut_up = [stream[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    happened = asyncio.run(read([HANDSHAKE, *(sent if is_whole else cut_up)]))
    assert asyncio.run(read([HANDSHAKE, stream])) == happened
    with patch("imtui.server.edge.websocket.websocket.lone_text", return_value=None):
        assert asyncio.run(read([HANDSHAKE, stream])) == happened


@given(
    cuts=st.sets(st.integers(1, len(HANDSHAKE) - 1)),
    more=st.sampled_from([b"", b"\n", b"\x81\x85\n"]),
)
def test_a_handshake_is_read_however_it_is_cut(cuts: set[int], more: bytes) -> None:
    sent = HANDSHAKE + more
    ends = [*sorted(cuts), len(sent)]
    happened = asyncio.run(read([sent[a:b] for a, b in zip([0, *ends], ends, strict=False)]))
    # A client of WebSockets waits for the answer.
    assert happened[:2] == (["abort"] if more else ["handshake", "opened"])


async def test_a_handshake_has_its_bound() -> None:
    wire = Wire()
    reader = Reader(wire)
    line = b"X: " + b"x" * 8000 + b"\r\n"
    reader.receive(HANDSHAKE[:-2])
    for _ in range(100):
        reader.receive(line)
    assert wire.happened == ["abort"]


async def test_frames_come_in_turns_be_they_empty() -> None:
    wire = Wire()
    reader = Reader(wire)
    reader.receive(HANDSHAKE)
    reader.receive(frame(Opcode.PING, b"", True, 0) * 1000)
    # Others have their turns meanwhile, and nothing more is read.
    held = [reader.held_size()]
    assert not wire.is_read
    for _ in range(1000):
        await asyncio.sleep(0)
        held.append(reader.held_size())
    assert wire.is_read
    assert 6000 > held[0] > held[1] > held[2] > held[-1] == 0
