"""Replies: the quoted message, in the format that other clients use."""

from typing import Any, Final

import msgspec
from msgspec import Struct

from imtui.protocol.chat import ElemType, Message
from imtui.protocol.safe_text import safe_text

_KEY: Final = "messageReply"
_ABSTRACT_MAX: Final = 120


class Quote(Struct, frozen=True):
    """The message that a reply quotes; all text is safe to show."""

    sender: str
    text: str


def reply_data(message: Message) -> str:
    """Return the ``cloud_custom_data`` of a reply to a message."""
    reply = {
        "messageID": message.msg_id,
        "messageSender": message.sender,
        "messageAbstract": abstract(message),
        "messageType": int(message.elem_type),
        "version": 1,
    }
    return msgspec.json.encode({_KEY: reply}).decode()


def read_quote(message: Message) -> Quote | None:
    """Return the quote of a message, or None if it is not a reply."""
    if not message.cloud_custom_data:
        return None
    try:
        outer: Any = msgspec.json.decode(message.cloud_custom_data)
    except (ValueError, RecursionError):
        return None
    reply = outer.get(_KEY) if isinstance(outer, dict) else None
    if not isinstance(reply, dict):
        return None
    sender, text = reply.get("messageSender"), reply.get("messageAbstract")
    if not isinstance(sender, str) or not isinstance(text, str) or not text:
        return None
    return Quote(safe_text(sender)[:32], safe_text(text)[:_ABSTRACT_MAX])


def abstract(message: Message) -> str:
    """Return a message as one short line."""
    if message.elem_type is not ElemType.TEXT and not message.text:
        return "a message of another kind"
    return safe_text(message.text.strip())[:_ABSTRACT_MAX]
