"""Typing hints: online-only custom messages, in the format that other clients use."""

from typing import Any, Final

import msgspec

from imtui.protocol.chat import ElemType, Message

_ID: Final = "user_typing_status"


def typing_hint(typing: bool) -> bytes:
    """Return the data of a hint that the user started or stopped typing."""
    hint = {"businessID": _ID, "typingStatus": int(typing), "version": 1, "userAction": 14}
    return msgspec.json.encode(hint)


def read_typing_hint(message: Message) -> bool | None:
    """Return whether the sender is typing; None if the message is not a typing hint."""
    if message.elem_type is not ElemType.CUSTOM or not message.online_user_only:
        return None
    try:
        hint: Any = msgspec.json.decode(message.data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(hint, dict) or hint.get("businessID") != _ID:
        return None
    return hint.get("typingStatus") == 1
