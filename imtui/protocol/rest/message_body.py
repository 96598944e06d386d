"""Converts the elements of the field's MsgBody to the contents of a message, and back.

A message is one text or one payload. A MsgBody that is more than that is kept as it is, together
with a text that describes it, which any client can show.
"""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct, field

from imtui.protocol.chat import ElemType, Message, MessageStatus, SendMessageParams, size_of
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import MESSAGE_MAX_BYTES
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.reading import convert

Elements = list[dict[str, Any]]

NESTING_MAX: Final = 32
"""The deepest nesting of a MsgBody, so that JSON that contains it can still be decoded."""

_KINDS: Final = {
    "TIMTextElem": ElemType.TEXT,
    "TIMCustomElem": ElemType.CUSTOM,
    "TIMImageElem": ElemType.IMAGE,
    "TIMSoundElem": ElemType.SOUND,
    "TIMVideoFileElem": ElemType.VIDEO,
    "TIMFileElem": ElemType.FILE,
    "TIMLocationElem": ElemType.LOCATION,
    "TIMFaceElem": ElemType.FACE,
}

MsgBody = Annotated[
    list[Any],
    Meta(
        description="The elements of the message, in their order.",
        extra_json_schema={
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["MsgType", "MsgContent"],
                "properties": {
                    "MsgType": {"enum": list(_KINDS)},
                    "MsgContent": {
                        "type": "object",
                        "description": "Depends on MsgType: Text; Data, Desc, Ext and Sound; …",
                    },
                },
            },
        },
    ),
]
"""An array of elements; ``contents_of`` checks them, as they have an error code of their own."""


class Contents(Struct, frozen=True):
    """The contents of a message, made from a MsgBody."""

    elem_type: ElemType = ElemType.TEXT
    text: str = ""
    data: bytes = b""
    msg_body: str = ""
    """See ``Message.msg_body``."""

    def check_size(self, cloud_custom_data: str) -> None:
        """Check the size of the contents together with CloudCustomData.

        Raises:
            IMError: 93000 for more than 12 KB.
        """
        size = (
            size_of(self.msg_body, b"", cloud_custom_data)
            if self.msg_body
            else size_of(self.text, self.data, cloud_custom_data)
        )
        if size > MESSAGE_MAX_BYTES:
            raise IMError(
                ErrorCode.ERR_SVR_MSG_BODY_SIZE_LIMIT,
                f"A message has at most {MESSAGE_MAX_BYTES} bytes, this one {size}.",
            )


class _ImageInfo(Body, frozen=True):
    url: str = field(name="URL", default="")


class _Content(Body, frozen=True):
    """The fields of a MsgContent that are used; which ones depends on the MsgType."""

    text: str = ""
    data: str = ""
    desc: str = ""
    url: str = ""
    file_name: str = ""
    video_url: str = ""
    image_info_array: tuple[_ImageInfo, ...] = ()
    latitude: float | None = None
    longitude: float | None = None


class _Element(Body, frozen=True):
    msg_type: str
    msg_content: _Content

    @property
    def elem_type(self) -> ElemType:
        return _KINDS[self.msg_type]

    @property
    def description(self) -> str:
        """Return a text that describes the element."""
        content = self.msg_content
        words: tuple[str, ...] = ()
        match self.elem_type:
            case ElemType.TEXT:
                return content.text
            case ElemType.CUSTOM:
                return content.desc or "[custom]"
            case ElemType.IMAGE:
                # The array has the same image in several sizes.
                words = tuple(info.url for info in content.image_info_array[:1])
            case ElemType.SOUND:
                words = (content.url,)
            case ElemType.VIDEO:
                words = (content.video_url,)
            case ElemType.FILE:
                words = (content.file_name, content.url)
            case ElemType.LOCATION:
                words = (content.desc, f"({content.latitude}, {content.longitude})")
        return " ".join(filter(None, (f"[{self.elem_type.name.lower()}]", *words)))

    def check(self) -> None:
        """Check what the types do not cover.

        Raises:
            ValueError: The element is malformed or empty.
        """
        content = self.msg_content
        if self.msg_type not in _KINDS:
            raise ValueError("an unknown MsgType")
        if self.elem_type is ElemType.TEXT and not content.text.strip():
            raise ValueError("an empty Text")
        if self.elem_type is ElemType.CUSTOM and not content.data:
            raise ValueError("an empty Data")
        if self.elem_type is ElemType.LOCATION and None in (content.latitude, content.longitude):
            raise ValueError("a location without Latitude and Longitude")
        if "\x00" in self.description:
            raise ValueError("NUL is not allowed")


def contents_of(msg_body: list[Any]) -> Contents:
    """Return the contents of a message, given its elements.

    Raises:
        IMError: 90002 if there are no elements, or if one of them is malformed or empty.
    """
    try:
        elements = convert(msg_body, list[_Element])
        if not elements:
            raise ValueError("no elements")
        if _is_deeper(msg_body, NESTING_MAX):
            raise ValueError(f"at most {NESTING_MAX} levels")
        for element in elements:
            element.check()
    except ValueError as error:
        problem = str(error).replace("`", "")
        raise IMError(
            ErrorCode.ERR_SVR_MSG_INVALID_JSON_BODY_FORMAT, f"MsgBody: {problem}."
        ) from error
    first = next((one for one in elements if one.elem_type is not ElemType.TEXT), elements[0])
    data = first.msg_content.data.encode() if first.elem_type is ElemType.CUSTOM else b""
    match msg_body:
        case [{"MsgType": "TIMTextElem"}]:
            return Contents(text=first.msg_content.text)
        case [{"MsgType": "TIMCustomElem", "MsgContent": content}] if not _has_more(content):
            return Contents(ElemType.CUSTOM, data=data)
    text = "\n".join(element.description for element in elements)
    return Contents(first.elem_type, text, data, msgspec.json.encode(msg_body).decode())


def elements_of(message: Message) -> Elements:
    """Return the elements of a message; none if its contents are erased or hidden."""
    if message.status is not MessageStatus.SEND_SUCC:
        return []
    if message.msg_body:
        return msgspec.json.decode(message.msg_body, type=Elements)
    if message.elem_type is ElemType.CUSTOM:
        # JSON has no bytes, and the field has a text here.
        content = {"Data": message.data.decode("utf-8", "replace")}
        return [{"MsgType": "TIMCustomElem", "MsgContent": content}]
    return [{"MsgType": "TIMTextElem", "MsgContent": {"Text": message.text}}]


def elements_of_params(sender: str, params: SendMessageParams) -> Elements:
    """Return the elements of a message that is about to be sent."""
    message = Message(
        params.msg_id,
        sender,
        params.user_id,
        elem_type=params.elem_type,
        text=params.text,
        data=params.data,
    )
    return elements_of(message)


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inner)


def _has_more(content: dict[str, Any]) -> bool:
    """Tell whether a custom element has anything besides its Data."""
    return any(value for name, value in content.items() if name != "Data")
