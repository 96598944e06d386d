"""WebSocket control frames, as a server sends them."""

from typing import Final

from websockets.frames import Close, Opcode

# RFC 6455, section 5.2.
_FINAL: Final = 0x80


def control_frame(opcode: Opcode, payload: bytes) -> bytes:
    """Return a control frame with a payload of at most 125 bytes."""
    return bytes((_FINAL | opcode, len(payload))) + payload


def close_frame(code: int, reason: str) -> bytes:
    """Return a close frame with a reason of at most 123 bytes."""
    return control_frame(Opcode.CLOSE, Close(code, reason).serialize())
