"""The bytes that a WebSocket client sends: the upgrade request, and text frames."""

import base64
from typing import Final

_UPGRADE: Final = (
    "GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXT_FRAME: Final = 0x81
_MASKED: Final = 0x80
# A mask of zeros does not change the data.
_MASK: Final = bytes(4)


def upgrade(host: str, user_id: str) -> bytes:
    """Return the request that opens a WebSocket."""
    key = base64.b64encode(user_id.encode().ljust(16)[:16]).decode()
    return _UPGRADE.format(host=host, key=key).encode()


def text_frame(data: bytes) -> bytes:
    """Return a masked text frame, as a client sends it."""
    size = len(data)
    if size < 126:
        head = bytes((TEXT_FRAME, _MASKED | size))
    else:
        head = bytes((TEXT_FRAME, _MASKED | 126)) + size.to_bytes(2)
    return head + _MASK + data
