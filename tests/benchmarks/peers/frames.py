"""The bytes that a WebSocket client sends: the upgrade request, and text frames."""

import base64
from typing import Final

_UPGRADE: Final = (
    "GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXT: Final = 1
_FINAL: Final = 0x80
TEXT_FRAME: Final = _FINAL | TEXT
_MASKED: Final = 0x80
# A mask of zeros does not change the data.
_MASK: Final = bytes(4)


def upgrade(host: str, user_id: str) -> bytes:
    """Return the request that opens a WebSocket."""
    key = base64.b64encode(user_id.encode().ljust(16)[:16]).decode()
    return _UPGRADE.format(host=host, key=key).encode()


def text_frame(data: bytes) -> bytes:
    """Return a masked text frame, as a client sends it."""
    return frame_head(TEXT, len(data)) + data


def frame_head(opcode: int, size: int, *, is_final: bool = True) -> bytes:
    """Return the head of a client's frame whose payload has ``size`` bytes."""
    first = bytes((opcode | _FINAL * is_final,))
    if size < 126:
        return first + bytes((_MASKED | size,)) + _MASK
    if size < 1 << 16:
        return first + bytes((_MASKED | 126,)) + size.to_bytes(2) + _MASK
    return first + bytes((_MASKED | 127,)) + size.to_bytes(8) + _MASK
