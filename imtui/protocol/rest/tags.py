"""The tags of profiles, and their values."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_profile_text
from imtui.protocol.limits import CUSTOM_VALUE_MAX_BYTES, PROFILE_LOCATION_MAX_BYTES
from imtui.protocol.profiles import FriendAllowType, Gender, UserFullInfo
from imtui.protocol.rest.body import Body

_PROFILE_CUSTOM: Final = re.compile(r"Tag_Profile_Custom_([A-Za-z]{1,8})", re.ASCII)
_UINT32_MAX: Final = 2**32 - 1
_UINT64_MAX: Final = 2**64 - 1

_BAD_TYPE: Final = ErrorCode.ERR_SVR_PROFILE_INVALID_VALUE_FORMAT
_BAD_VALUE: Final = ErrorCode.ERR_SVR_PROFILE_VALUE_ERROR


class TagSetting(Body, frozen=True):
    """A field to set."""

    tag: str
    value: Any
    """A text, an integer or a list of texts, depending on the tag."""


class TagValue(Body, frozen=True):
    """The value of a field."""

    tag: str
    value: str | int | list[str]


class ProfileSettings(NamedTuple):
    """The fields of a profile to change."""

    fields: dict[str, Any]
    """Standard fields, by their names in ``UserFullInfo``."""
    custom: dict[str, str | int]
    """Custom fields, by name; an empty text removes one."""


class _Field(NamedTuple):
    """A standard field of profiles."""

    name: str
    """Its name in ``UserFullInfo``."""
    read: Callable[[str, Any], Any]
    """Checks a value given for a tag; raises IMError."""
    show: Callable[[Any], str | int]


def custom_value(value: Any) -> str | int:
    """Return the value of a custom field if it is valid.

    Raises:
        IMError: 40610 if it is neither a text nor an unsigned integer of 64 bits; 40601 for more
            than 500 bytes.
    """
    if isinstance(value, str):
        if len(value.encode()) > CUSTOM_VALUE_MAX_BYTES:
            raise IMError(ErrorCode.ERR_SVR_PROFILE_SIZE_LIMIT)
        return value
    if not _is_integer(value, _UINT64_MAX):
        raise IMError(_BAD_TYPE)
    return int(value)


def read_profile(items: Iterable[TagSetting]) -> ProfileSettings:
    """Return the fields of a profile to change, with checked values.

    Raises:
        IMError: 40009 for an unknown tag; 40610 for a value of the wrong type; 40601 for a text of
            more than 500 bytes; 40605 for another invalid value.
    """
    params = ProfileSettings({}, {})
    for item in items:
        custom = _PROFILE_CUSTOM.fullmatch(item.tag)
        if custom:
            params.custom[custom[1]] = custom_value(item.value)
        else:
            field = _PROFILE[_known(item.tag)]
            params.fields[field.name] = field.read(item.tag, item.value)
    return params


def check_profile_tags(tags: Iterable[str]) -> None:
    """Check that profiles have fields with these tags.

    Raises:
        IMError: 40009 for an unknown tag.
    """
    for tag in tags:
        if not _PROFILE_CUSTOM.fullmatch(tag):
            _known(tag)


def show_profile(info: UserFullInfo, tags: Iterable[str]) -> list[TagValue]:
    """Return some fields of a profile; custom ones only if they are set."""
    shown = []
    for tag in tags:
        custom = _PROFILE_CUSTOM.fullmatch(tag)
        if not custom:
            field = _PROFILE[tag]
            shown.append(TagValue(tag, field.show(getattr(info, field.name))))
        elif custom[1] in info.custom_info:
            shown.append(TagValue(tag, info.custom_info[custom[1]]))
    return shown


def custom_tags(info: UserFullInfo) -> list[str]:
    """Return the tags of the custom fields that are set in a profile."""
    return [f"Tag_Profile_Custom_{name}" for name in info.custom_info]


def _known(tag: str) -> str:
    if tag not in _PROFILE:
        raise IMError(ErrorCode.ERR_SVR_PROFILE_TAG_NOT_FOUND)
    return tag


def _is_integer(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _text(tag: str, value: Any) -> str:
    if not isinstance(value, str):
        raise IMError(_BAD_TYPE, f"{tag}: a text.")
    try:
        return check_profile_text(value, tag)
    except IMError as error:
        if error.code == ErrorCode.ERR_SVR_PROFILE_SIZE_LIMIT:
            raise
        raise IMError(_BAD_VALUE, error.message) from error


def _location(tag: str, value: Any) -> str:
    text = _text(tag, value)
    if len(text.encode()) > PROFILE_LOCATION_MAX_BYTES:
        raise IMError(_BAD_VALUE, f"{tag}: at most {PROFILE_LOCATION_MAX_BYTES} bytes of UTF-8.")
    return text


def _number(tag: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise IMError(_BAD_TYPE, f"{tag}: an integer.")
    if not _is_integer(value, _UINT32_MAX):
        raise IMError(_BAD_VALUE, f"{tag}: an unsigned integer of 32 bits.")
    return value


def _number_field(name: str) -> _Field:
    return _Field(name, _number, int)


def _word_field(name: str, words: dict[str, Any]) -> _Field:
    """Return a field whose values are named by words."""

    def read(tag: str, value: Any) -> Any:
        if not isinstance(value, str):
            raise IMError(_BAD_TYPE, f"{tag}: a text.")
        if value not in words:
            raise IMError(_BAD_VALUE, f"{tag}: one of {', '.join(words)}.")
        return words[value]

    shown = {value: word for word, value in words.items()}
    return _Field(name, read, shown.__getitem__)


_PROFILE: Final = {
    "Tag_Profile_IM_Nick": _Field("nick_name", _text, str),
    "Tag_Profile_IM_Gender": _word_field(
        "gender",
        {
            "Gender_Type_Unknown": Gender.UNKNOWN,
            "Gender_Type_Female": Gender.FEMALE,
            "Gender_Type_Male": Gender.MALE,
        },
    ),
    "Tag_Profile_IM_BirthDay": _number_field("birthday"),
    "Tag_Profile_IM_Location": _Field("location", _location, str),
    "Tag_Profile_IM_SelfSignature": _Field("self_signature", _text, str),
    "Tag_Profile_IM_AllowType": _word_field(
        "allow_type",
        {
            "AllowType_Type_NeedConfirm": FriendAllowType.NEED_CONFIRM,
            "AllowType_Type_AllowAny": FriendAllowType.ALLOW_ANY,
            "AllowType_Type_DenyAny": FriendAllowType.DENY_ANY,
        },
    ),
    "Tag_Profile_IM_Language": _number_field("language"),
    "Tag_Profile_IM_Image": _Field("face_url", _text, str),
    "Tag_Profile_IM_MsgSettings": _number_field("msg_settings"),
    "Tag_Profile_IM_AdminForbidType": _word_field(
        "may_not_add", {"AdminForbid_Type_None": False, "AdminForbid_Type_SendOut": True}
    ),
    "Tag_Profile_IM_Level": _number_field("level"),
    "Tag_Profile_IM_Role": _number_field("role"),
}

PROFILE_TAGS: Final = tuple(_PROFILE)
"""The tags of all standard fields of profiles."""
