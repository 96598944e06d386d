"""Pushes that an edge makes itself, as WebSocket frames."""

from msgspec import Struct

from imtui.protocol.jsonrpc import encode_push
from imtui.protocol.messages import Push
from imtui.server.edge.websocket.text_frames import text_frame


def push_frame(push: Push, params: Struct | dict[str, object]) -> bytes:
    """Return a push as a frame."""
    return text_frame(encode_push(push, params))
