"""The contents of a message as the field's MsgBody, and back."""

from typing import Any

import msgspec

from imtui.protocol.chat import ElemType, Message, SendMessageParams

MsgBody = list[dict[str, Any]]


class _Elem(msgspec.Struct):
    msg_type: str = msgspec.field(name="MsgType")
    msg_content: dict[str, Any] = msgspec.field(name="MsgContent")


def msg_body_of(message: Message) -> MsgBody:
    """Return the elements of a message."""
    if message.msg_body:
        return msgspec.json.decode(message.msg_body, type=MsgBody)
    return _one(message.elem_type, message.text, message.data)


def msg_body_of_wish(wish: SendMessageParams) -> MsgBody:
    """Return the elements of a message that is to be sent."""
    return _one(wish.elem_type, wish.text, wish.data)


def contents_of(msg_body: Any) -> tuple[ElemType, str, bytes]:
    """Return the kind, text and data of elements that are one text or one custom element.

    Raises:
        ValueError: They are not.
    """
    elems = msgspec.convert(msg_body, type=list[_Elem])
    if len(elems) == 1:
        match elems[0]:
            case _Elem(msg_type="TIMTextElem", msg_content={"Text": str(text)}):
                return ElemType.TEXT, text, b""
            case _Elem(msg_type="TIMCustomElem", msg_content={"Data": str(data)}):
                return ElemType.CUSTOM, "", data.encode()
    raise ValueError("neither one text nor one custom element")


def _one(elem_type: ElemType, text: str, data: bytes) -> MsgBody:
    if elem_type is ElemType.CUSTOM:
        # JSON has no bytes, and the field none but text here.
        content = {"Data": data.decode("utf-8", "replace")}
        return [{"MsgType": "TIMCustomElem", "MsgContent": content}]
    return [{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]
