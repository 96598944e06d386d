"""Replies: which message one quotes, as the field's apps write it beside a message."""

import json
from dataclasses import dataclass
from typing import Any, Final

from imtui.protocol.chat import ElemType, Message
from imtui.protocol.safe_text import safe_text

_KEY: Final = "messageReply"
_ABSTRACT_MAX: Final = 120


@dataclass(frozen=True)
class Quote:
    """What a message replies to; all of its text is safe to show."""

    sender: str
    text: str


def reply_data(message: Message) -> str:
    """Return what to send beside a reply to a message."""
    reply = {
        "messageID": message.msg_id,
        "messageSender": message.sender,
        "messageAbstract": abstract(message),
        "messageType": int(message.elem_type),
        "version": 1,
    }
    return json.dumps({_KEY: reply}, ensure_ascii=False)


def read_quote(message: Message) -> Quote | None:
    """Return what a message replies to, if it does."""
    if not message.cloud_custom_data:
        return None
    try:
        outer: Any = json.loads(message.cloud_custom_data)
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
    """Return a message in one short line."""
    if message.elem_type is not ElemType.TEXT and not message.text:
        return "a message of another kind"
    return safe_text(message.text.strip())[:_ABSTRACT_MAX]
