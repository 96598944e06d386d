"""A client's end of a WebSocket: just enough to speak with an edge."""

from collections.abc import Iterator
from typing import Final

HANDSHAKE: Final = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXT: Final = 1
CLOSE: Final = 8
_HEAD_END: Final = b"\r\n\r\n"
_NO_MASK: Final = bytes(4)


def text_frame(data: bytes) -> bytes:
    """Return a text as a client's frame; the mask of zeros leaves it as it is."""
    size = len(data)
    if size < 126:
        head = bytes((0x81, 0x80 | size))
    else:
        assert size < 65536
        head = bytes((0x81, 0x80 | 126)) + size.to_bytes(2)
    return head + _NO_MASK + data


class Reader:
    """Finds the frames in what an edge sends."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.is_open = False
        """Whether the handshake was answered."""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Take some bytes, and yield the frames that are complete; (0, b"") for the handshake."""
        self._buffer += data
        if not self.is_open:
            head, end, rest = self._buffer.partition(_HEAD_END)
            if not end:
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self._buffer, self.is_open = bytearray(rest), True
            yield 0, b""
        while (frame := self._next()) is not None:
            yield frame

    def _next(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        if size == 126:
            size, start = int.from_bytes(buffer[2:4]), 4
        elif size == 127:
            size, start = int.from_bytes(buffer[2:10]), 10
        if len(buffer) < start + size:
            return None
        opcode, payload = buffer[0] & 15, bytes(buffer[start : start + size])
        del buffer[: start + size]
        return opcode, payload
