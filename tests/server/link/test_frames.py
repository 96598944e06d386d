"""The frames of a link: found in any pieces of the stream, bounded, and nothing else is taken."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.server.link import frames as f
from imtui.server.link.frames import FrameReader, Hello, Ping, encode_frame
from imtui.server.link.ops import LinkError
from tests.server.link.values import FRAMES, any_of

ANY_FRAME = any_of(FRAMES)


def reader(size_max: int = f.FRAME_MAX) -> FrameReader:
    made = FrameReader()
    made.size_max = size_max
    return made


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({*(cut % (len(data) + 1) for cut in cuts), len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@given(st.lists(ANY_FRAME, max_size=4), st.lists(st.integers(0, 5000), max_size=6))
def test_frames_are_found_wherever_the_stream_is_cut(sent: list[Any], cuts: list[int]) -> None:
    stream, found = reader(), []
    for piece in pieces(b"".join(map(encode_frame, sent)), cuts):
        found += list(stream.feed(piece))
    assert found == sent


@given(ANY_FRAME)
def test_each_frame_is_found_byte_by_byte(frame: Any) -> None:
    stream, data = reader(), encode_frame(frame)
    found = [list(stream.feed(bytes((byte,)))) for byte in data]
    assert found == [*([[]] * (len(data) - 1)), [frame]]


@given(ANY_FRAME, st.integers(0, 60))
def test_a_frame_that_is_too_large_is_not_waited_for(frame: Any, most: int) -> None:
    data = encode_frame(frame)
    if len(data) - 4 <= most:
        assert list(reader(most).feed(data)) == [frame]
        return
    with pytest.raises(LinkError, match="too large"):
        # The length alone says so.
        list(reader(most).feed(data[:4]))


def test_a_stranger_may_send_little() -> None:
    hello = Hello(1, 1, b"x" * 2000, 0, 0, b"")
    with pytest.raises(LinkError, match="too large"):
        list(FrameReader().feed(encode_frame(hello)))


def test_a_frame_that_is_too_large_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f, "FRAME_MAX", 100)
    with pytest.raises(LinkError, match="too large"):
        encode_frame(Hello(1, 1, b"x" * 200, 0, 0, b""))


@given(st.binary(max_size=80))
def test_rubbish_is_no_frame_and_keeps_no_more_than_was_sent(data: bytes) -> None:
    stream = reader(64)
    try:
        found = list(stream.feed(data))
    except LinkError:
        return
    assert all(isinstance(frame, FRAMES) for frame in found)


@given(ANY_FRAME, st.integers(0, 5000), st.integers(1, 255))
def test_a_changed_byte_gives_another_frame_or_ends_the_link(
    frame: Any, place: int, change: int
) -> None:
    data = bytearray(encode_frame(frame))
    data[4 + place % (len(data) - 4)] ^= change
    try:
        found = list(reader().feed(bytes(data)))
    except LinkError:
        return
    assert all(isinstance(one, FRAMES) for one in found)


def test_both_sides_have_proofs_of_their_own() -> None:
    one, other = b"1" * 16, b"2" * 16
    proofs = {
        made(key, *nonces)
        for made in (f.core_proof, f.edge_proof)
        for key in (b"key", b"other")
        for nonces in ((one, other), (other, one))
    }
    assert len(proofs) == 8


def test_frames_are_small() -> None:
    assert len(encode_frame(Ping(1_000_000))) < 16
