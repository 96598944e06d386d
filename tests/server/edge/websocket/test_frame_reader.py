"""Frames are read as websockets reads them, however they are cut, and within bounds."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import SERVER, Protocol

from imtui.server.edge.websocket.frame_reader import FrameError, FrameReader

LIMIT = 400

Event = tuple[Opcode, bytes]


def frame(opcode: Opcode, data: bytes, fin: bool, length_in: int, rest: int) -> bytes:
    """Return a client's frame, however wrong.

    Args:
        opcode: The opcode.
        data: The payload.
        fin: Whether it is the last fragment.
        length_in: In how many bytes more than needed its length is given.
        rest: The reserved bits; at 8, there is no mask.
    """
    head = bytes([fin << 7 | (rest & 7) << 4 | opcode])
    mask = 0 if rest & 8 else 0x80
    if length_in == 8:
        size = bytes([mask | 127]) + len(data).to_bytes(8)
    elif length_in == 2 or len(data) > 125:
        size = bytes([mask | 126]) + len(data).to_bytes(2)
    else:
        size = bytes([mask | len(data)])
    return head + size + (b"" if rest & 8 else bytes(4)) + data


DATA = st.binary(max_size=12) | st.sampled_from([125, 126, 130, LIMIT, LIMIT + 1]).map(bytes)
FRAMES = st.builds(
    frame,
    st.sampled_from([Opcode.TEXT, Opcode.TEXT, Opcode.CONT, Opcode.CONT, Opcode.PING, *Opcode]),
    # With a mask of zeros, what is in a frame may look like a frame itself.
    DATA | DATA.map(lambda data: Frame(Opcode.TEXT, data).serialize(mask=True)),
    st.booleans(),
    st.sampled_from([0, 0, 0, 2, 8]),
    st.sampled_from([0] * 12 + [1, 2, 4, 8]),
)


def next_event(reader: FrameReader) -> Event | None:
    """Return the next text, ping, pong or close; None if no other is complete."""
    while (event := reader.step()) is not None and event[0] is Opcode.CONT:
        pass
    return event


def read(pieces: list[bytes]) -> tuple[list[Event], FrameError | None]:
    """Return what is read from these pieces, and why reading ended."""
    reader = FrameReader(LIMIT)
    events: list[Event] = []
    try:
        for piece in pieces:
            reader.feed(memoryview(piece))
            while (event := next_event(reader)) is not None:
                events.append(event)
                if event[0] is Opcode.CLOSE:
                    return events, None
            reader.trim()
            # Nothing is kept but what belongs to one message.
            assert reader.size <= LIMIT + 14 + 125 + 6
    except FrameError as error:
        return events, error
    return events, None


def read_by_websockets(data: bytes) -> tuple[list[Event], bool]:
    """Return the events, with fragments joined, and whether reading failed."""
    protocol = Protocol(SERVER, max_size=LIMIT)
    protocol.receive_data(data)
    events: list[Event] = []
    text = b""
    for one in protocol.events_received():
        assert isinstance(one, Frame)
        if one.opcode in (Opcode.TEXT, Opcode.CONT):
            text += one.data
            if one.fin:
                events.append((Opcode.TEXT, text))
                text = b""
        else:
            events.append((one.opcode, bytes(one.data)))
    return events, protocol.parser_exc is not None


@given(st.lists(FRAMES | st.binary(max_size=4), max_size=6), st.sets(st.integers(0, 900)))
@example([frame(Opcode.TEXT, b"a", fin, 0, 0) for fin in (False, True)], set())
@example([frame(Opcode.CLOSE, b"\x03", True, 0, 0)], set())
@example([b"\x88\xfe" + bytes(6)], set())
@example([frame(Opcode.CLOSE, b"\x03\xe8\xff", True, 0, 0)], set())
def test_frames_are_read_as_by_websockets(sent: list[bytes], cuts: set[int]) -> None:
    stream = b"".join(sent)
    ends = sorted({*(cut for cut in cuts if cut < len(stream)), len(stream)})
    events, failure = read([stream[a:b] for a, b in zip([0, *ends], ends, strict=False)])
    assert events == read([stream])[0]
    # A frame that is not allowed is refused as soon as its head is there.
    expected, has_failed = read_by_websockets(stream + bytes(2 * LIMIT if failure else 0))
    assert events == expected[: len(events)]
    if failure is None:
        assert (len(events), has_failed) == (len(expected), False)
    elif failure.code == 1003:
        assert Opcode.BINARY in (one[0] for one in expected) or has_failed
    elif not has_failed:
        # Only ``websockets`` reads a short control frame whose length takes more than a byte.
        assert failure.reason == "control frame too long or fragmented"


@pytest.mark.parametrize("is_in_pieces", [False, True])
def test_what_is_too_large_is_refused_before_it_is_there(is_in_pieces: bool) -> None:
    reader = FrameReader(LIMIT)
    if is_in_pieces:
        reader.feed(memoryview(frame(Opcode.TEXT, bytes(LIMIT), False, 0, 0)))
        assert reader.step() == (Opcode.CONT, b"")
        head = frame(Opcode.CONT, b"x", True, 0, 0)[:2]
    else:
        head = frame(Opcode.TEXT, bytes(LIMIT + 1), True, 0, 0)[:4]
    reader.feed(memoryview(head))
    with pytest.raises(FrameError) as refused:
        next_event(reader)
    assert refused.value.code == 1009


def test_empty_fragments_take_no_memory() -> None:
    reader = FrameReader(LIMIT)
    reader.feed(memoryview(frame(Opcode.TEXT, b"", False, 0, 0)))
    reader.feed(memoryview(frame(Opcode.CONT, b"", False, 0, 0) * 10_000))
    assert next_event(reader) is None
    reader.trim()
    assert (reader.size, reader.data) == (0, None)
    reader.feed(memoryview(frame(Opcode.CONT, b"end", True, 0, 0)))
    assert next_event(reader) == (Opcode.TEXT, b"end")
    assert (reader.data, reader.fragments) == (None, None)


def test_a_frame_that_is_read_alone_is_read_before_what_follows() -> None:
    reader = FrameReader(LIMIT)
    reader.feed(memoryview(frame(Opcode.PING, b"1", True, 0, 0) * 2))
    assert reader.step() == (Opcode.PING, b"1")
    held = reader.size
    reader.trim()
    assert 0 < reader.size < held
    assert reader.step() == (Opcode.PING, b"1")
    assert reader.step() is None
