"""Text frames of WebSockets: made for all connections at once, and read at a glance."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from websockets.frames import Frame, Opcode

try:
    from websockets.speedups import apply_mask
except ImportError:  # pragma: no cover
    from websockets.utils import apply_mask

Writer = Callable[[bytes], None]
"""What writes frames to a connection."""

# RFC 6455, section 5.2.
_FINAL_TEXT: Final = 0x81
_MASKED: Final = 0x80
_LENGTH_IN_2_BYTES: Final = 126
_LENGTH_IN_8_BYTES: Final = 127


def text_frame(data: bytes) -> bytes:
    """Return the frame of a text message; every connection is sent it as it is."""
    return _head(len(data)) + data


def lone_text(data: memoryview) -> bytes | None:
    """Return the text if ``data`` is one whole text frame of a client and nothing else.

    None leaves it to websockets, which reads whatever it is in whatever pieces it comes. Nearly
    all requests come like this, and websockets takes a quarter of all that a heartbeat costs.
    """
    size = len(data)
    if size < 6 or data[0] != _FINAL_TEXT:
        return None
    # Below 0 if it is not masked, so that no size fits.
    length, mask = data[1] - _MASKED, 2
    if length == _LENGTH_IN_2_BYTES:
        length, mask = int.from_bytes(data[2:4]), 4
    elif length == _LENGTH_IN_8_BYTES:
        return None
    start = mask + 4
    if size != start + length:
        return None
    return apply_mask(bytes(data[start:]), bytes(data[mask:start]))


def least_size(frame: Frame) -> int:
    """Return of how many bytes a client has made a frame, if not of more than it needs."""
    length = len(frame.data)
    return length + (6 if length < 126 else 8 if length < 65536 else 14)


@lru_cache(maxsize=1024)
def _head(size: int) -> bytes:
    """Return what stands before so many bytes in their frame."""
    frame = Frame(Opcode.TEXT, bytes(size)).serialize(mask=False)
    return frame[: len(frame) - size]
