"""The tags of the fields of friendships, and the values that they take."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from imtui.protocol.errors import IMError
from imtui.protocol.rest.tags import TagSetting, TagValue, custom_value
from imtui.server.commands.sns.items import INVALID
from imtui.server.core.context import Context
from imtui.server.core.friends.notes import NoteParams
from imtui.server.core.friends.reads import noted_friend

_SOURCE: Final = re.compile(r"AddSource_Type_[A-Za-z]{1,8}", re.ASCII)
_CUSTOM: Final = re.compile(r"Tag_SNS_Custom_[A-Za-z]{1,8}", re.ASCII)

_GROUP: Final = "Tag_SNS_IM_Group"
_REMARK: Final = "Tag_SNS_IM_Remark"
_ADD_SOURCE: Final = "Tag_SNS_IM_AddSource"
_ADD_WORDING: Final = "Tag_SNS_IM_AddWording"
_ADD_TIME: Final = "Tag_SNS_IM_AddTime"
_STANDARD: Final = (_ADD_SOURCE, _REMARK, _GROUP, _ADD_TIME, _ADD_WORDING)


def add_source(text: str) -> str:
    """Return the text if it is a valid AddSource.

    Raises:
        IMError: 30001.
    """
    if _SOURCE.fullmatch(text) is None:
        raise IMError(INVALID, "AddSource: AddSource_Type_ and 1 to 8 letters.")
    return text


def read_custom(items: Iterable[TagSetting]) -> dict[str, str | int]:
    """Return the values of custom fields, by tag.

    Raises:
        IMError: 30001 for the tag of another field; 40601 or 40610 for an invalid value.
    """
    custom = {}
    for item in items:
        if _CUSTOM.fullmatch(item.tag) is None:
            raise IMError(INVALID, "There is no such field of friends, or it cannot be set.")
        custom[item.tag] = custom_value(item.value)
    return custom


def read_note(items: list[TagSetting]) -> NoteParams:
    """Return the fields to set for a friend.

    Raises:
        IMError: 30001, 40601 or 40610 for an unknown tag or an invalid value.
    """
    fields: dict[str, Any] = {}
    for item in items:
        if item.tag in _READERS:
            name, read = _READERS[item.tag]
            fields[name] = read(item.value)
    custom = read_custom(item for item in items if item.tag not in _READERS)
    return NoteParams(**fields, custom=custom)


def is_note_tag(tag: str) -> bool:
    """Tell whether friendships have a field with this tag."""
    return tag in _STANDARD or _CUSTOM.fullmatch(tag) is not None


def show_note(account: Context, friend: str) -> list[TagValue]:
    """Return all fields of a friend that are not empty."""
    tags = (*_STANDARD, *noted_friend(account, friend).note.custom)
    return [one for one in show_tags(account, friend, tags) if one.value not in ("", [])]


def show_tags(account: Context, friend: str, tags: Iterable[str]) -> list[TagValue]:
    """Return some fields of a friend; custom ones only if they are set."""
    noted = noted_friend(account, friend)
    note = noted.note
    values: dict[str, str | int | list[str]] = {
        _ADD_SOURCE: note.add_source,
        _REMARK: note.remark,
        _GROUP: noted.groups,
        _ADD_TIME: noted.since,
        _ADD_WORDING: note.add_wording,
        **note.custom,
    }
    return [TagValue(tag, values[tag]) for tag in tags if tag in values]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise IMError(INVALID, "Value: a text.")
    return value


def _group_names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        raise IMError(INVALID, "Value: a list of texts.")
    return tuple(map(_text, value))


_READERS: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    _GROUP: ("groups", _group_names),
    _REMARK: ("remark", _text),
    _ADD_SOURCE: ("add_source", lambda value: add_source(_text(value))),
    _ADD_WORDING: ("add_wording", _text),
}
"""The fields of ``NoteParams``, with functions that check their values."""
