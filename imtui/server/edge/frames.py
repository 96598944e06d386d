"""Answers and pushes as the frames of a WebSocket: made once, and written as they are."""

from msgspec import Struct

from imtui.protocol.errors import IMError
from imtui.protocol.jsonrpc import RequestID, encode_answer, encode_push
from imtui.protocol.messages import Push
from imtui.server.edge.text_frames import text_frame


def answer_frame(request_id: RequestID, answer: Struct | IMError) -> bytes:
    """Return the result of a request, or its refusal, as a frame."""
    return text_frame(encode_answer(request_id, answer))


def push_frame(push: Push, params: Struct | dict[str, object]) -> bytes:
    """Return a push as a frame."""
    return text_frame(encode_push(push, params))
