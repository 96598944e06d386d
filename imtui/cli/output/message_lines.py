"""Formatting messages and conversations as text lines or JSON."""

from datetime import datetime
from typing import TYPE_CHECKING

from imtui.cli.json_line import json_line
from imtui.protocol.chat import ElemType, Message, MessageStatus
from imtui.protocol.safe_text import safe_lines, safe_text

if TYPE_CHECKING:
    from imtui.sdk import ConversationInfo


def message_lines(message: Message, *, as_json: bool) -> list[str]:
    """Return a message as one line of JSON, or as lines with its time and sender."""
    if as_json:
        return [json_line(message)]
    moment = datetime.fromtimestamp(message.timestamp / 1000).astimezone()
    head = f"{moment:%Y-%m-%d %H:%M}  {message.sender}  "
    first, *rest = _body(message)
    return [head + first, *(" " * len(head) + line for line in rest)]


def unread_line(conversation: "ConversationInfo", *, as_json: bool) -> str:
    """Return a line with the peer, the unread count and the last message."""
    if as_json:
        return json_line(
            {
                "userID": conversation.user_id,
                "unreadCount": conversation.unread_count,
                "lastMessage": conversation.last_message,
            }
        )
    last = conversation.last_message
    words = "" if last is None else f"  {_body(last)[0]}"
    return f"{conversation.user_id}  {conversation.unread_count}{words}"


def _body(message: Message) -> list[str]:
    if message.status is MessageStatus.LOCAL_REVOKED:
        return ["(recalled)"]
    if message.elem_type is not ElemType.TEXT and not message.text:
        return [safe_text(f"(custom message, {len(message.data)} bytes)")]
    return safe_lines(message.text)
