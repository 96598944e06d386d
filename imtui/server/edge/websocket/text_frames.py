"""WebSocket text frames: encoding for all connections at once, and a fast path for decoding."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from websockets.frames import Frame, Opcode

from imtui.server.edge.websocket.masking import LENGTH_IN_2_BYTES, MASKED, apply_mask

Writer = Callable[[bytes], None]
"""Writes frames to a connection."""

# RFC 6455, section 5.2.
_FINAL_TEXT: Final = 0x81
_LENGTH_IN_8_BYTES: Final = 127


def text_frame(data: bytes) -> bytes:
    """Return the frame of a text message; it is the same for every connection."""
    return _head(len(data)) + data


def lone_text(data: memoryview) -> bytes | None:
    """Return the text if ``data`` is exactly one complete text frame of a client, else None.

    Nearly all requests arrive like this, and this is the fastest way; ``FrameReader`` reads
    everything else.
    """
    size = len(data)
    if size < 6 or data[0] != _FINAL_TEXT:
        return None
    # Negative for an unmasked frame, which then fits no size.
    length, mask = data[1] - MASKED, 2
    if length == LENGTH_IN_2_BYTES:
        length, mask = int.from_bytes(data[2:4]), 4
    elif length == _LENGTH_IN_8_BYTES:
        return None
    start = mask + 4
    if size != start + length:
        return None
    return apply_mask(bytes(data[start:]), bytes(data[mask:start]))


@lru_cache(maxsize=1024)
def _head(size: int) -> bytes:
    """Return the head of a frame with so many bytes."""
    frame = Frame(Opcode.TEXT, bytes(size)).serialize(mask=False)
    return frame[: len(frame) - size]
