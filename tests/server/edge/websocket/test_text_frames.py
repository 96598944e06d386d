"""Text frames as websockets makes and reads them."""

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import SERVER, Protocol

from imtui.server.edge.websocket.text_frames import lone_text, text_frame

LENGTHS = st.sampled_from([0, 1, 2, 124, 125, 126, 127, 128, 133, 134, 300, 65535, 65536])
DATA = st.binary(max_size=300) | LENGTHS.map(bytes)
FRAMES = st.builds(
    Frame, st.sampled_from(Opcode), DATA, st.booleans(), st.booleans(), st.booleans()
)


def serialized(frame: Frame, *, mask: bool = True) -> bytes:
    """Return a frame, however wrong its first byte may be."""
    head = frame.fin << 7 | frame.rsv1 << 6 | frame.rsv2 << 5 | frame.opcode
    return bytes([head]) + Frame(Opcode.TEXT, frame.data).serialize(mask=mask)[1:]


def read_by_websockets(data: bytes) -> tuple[list[Frame], bytes, list[bytes]]:
    """Return the frames, what is left, and what is to be answered."""
    protocol = Protocol(SERVER)
    protocol.receive_data(data)
    frames = [event for event in protocol.events_received() if isinstance(event, Frame)]
    return frames, bytes(protocol.reader.buffer), protocol.data_to_send()


@given(DATA)
def test_a_frame_is_made_as_websockets_makes_it(data: bytes) -> None:
    assert text_frame(data) == Frame(Opcode.TEXT, data).serialize(mask=False)


@given(DATA)
def test_a_text_that_comes_alone_and_whole_is_read(data: bytes) -> None:
    frame = Frame(Opcode.TEXT, data).serialize(mask=True)
    # A length in 8 bytes fits into no read.
    assert lone_text(memoryview(frame)) == (data if len(data) < 65536 else None)


@given(
    st.lists(st.tuples(FRAMES, st.booleans()), min_size=1, max_size=2),
    st.integers(-3, 0) | st.integers(1, 20),
    st.binary(max_size=2),
)
def test_nothing_is_read_in_another_way_than_by_websockets(
    frames: list[tuple[Frame, bool]], end: int, more: bytes
) -> None:
    data = b"".join(serialized(frame, mask=mask) for frame, mask in frames)
    data = (data[:end] if end else data) + more
    text = lone_text(memoryview(data))
    if text is not None:
        assert read_by_websockets(data) == ([Frame(Opcode.TEXT, text)], b"", [])


@given(st.binary(max_size=140), st.sampled_from([b"", b"\x81", b"\x81\xfe\x00", b"\x81\xff"]))
def test_rubbish_is_left_to_websockets_or_read_in_the_same_way(rest: bytes, start: bytes) -> None:
    text = lone_text(memoryview(start + rest))
    if text is not None:
        assert read_by_websockets(start + rest) == ([Frame(Opcode.TEXT, text)], b"", [])
