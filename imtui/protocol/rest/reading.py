"""Reads requests, of older versions of the field's API too.

A field may have a former name, ``null`` stands for an absent field, as some clients send what was
not given, and the words of an enumeration may have other capital letters. Values keep their types:
the field has codes for wrong ones.
"""

from collections.abc import Iterable
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Meta, inspect

FORMER_NAME: Final = "x-former-name"
"""The keyword that has the former name of a field in its JSON schema."""

_T = TypeVar("_T")


def formerly(name: str) -> Meta:
    """Return what marks a required field that had another name in older versions of the API.

    The former name counts where the present one is absent; that of a field with a default would
    not, as nothing is missing then.
    """
    return Meta(extra={FORMER_NAME: name}, extra_json_schema={FORMER_NAME: name})


def decode(body: bytes, kind: type[_T]) -> _T:
    """Return the request in a body.

    Raises:
        ValidationError: The body does not fit the type.
        DecodeError, UnicodeDecodeError, RecursionError: It is not JSON, or nested too deeply.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        return _convert_former(msgspec.json.decode(body), kind)


def convert(value: Any, kind: type[_T]) -> _T:
    """Return a part of a request, given what JSON has there.

    Raises:
        ValidationError: It does not fit the type.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return _convert_former(value, kind)


def _convert_former(value: Any, kind: type[_T]) -> _T:
    return msgspec.convert(_current(value, inspect.type_info(kind)), kind)


def _current(value: Any, kind: inspect.Type) -> Any:
    """Return a value as the present version of the field's API has it."""
    for one in _alternatives(kind):
        match one:
            case inspect.StructType(fields=fields) if isinstance(value, dict):
                return _current_fields(value, fields)
            case inspect.ListType() | inspect.VarTupleType() if isinstance(value, list):
                return [_current(item, one.item_type) for item in value]
            case inspect.EnumType(cls=words) if isinstance(value, str):
                return _in_its_letters(value, (word.value for word in words))
            case inspect.LiteralType(values=words) if isinstance(value, str):
                return _in_its_letters(value, words)
    return value


def _in_its_letters(value: str, words: Iterable[Any]) -> str:
    same = (word for word in words if isinstance(word, str) and word.lower() == value.lower())
    return next(same, value)


def _current_fields(value: dict[str, Any], fields: Iterable[inspect.Field]) -> dict[str, Any]:
    current = {}
    for field in fields:
        given = [value[name] for name in _names(field) if value.get(name) is not None]
        if given:
            current[field.encode_name] = _current(given[0], field.type)
        elif field.encode_name in value and _takes_null(field.type):
            current[field.encode_name] = None
    return current


def _alternatives(kind: inspect.Type) -> Iterable[inspect.Type]:
    if isinstance(kind, inspect.Metadata):
        return _alternatives(kind.type)
    return kind.types if isinstance(kind, inspect.UnionType) else (kind,)


def _names(field: inspect.Field) -> Iterable[str]:
    """Return the name of a field, and then its former one, if it has any."""
    yield field.encode_name
    extra = field.type.extra if isinstance(field.type, inspect.Metadata) else None
    if extra and FORMER_NAME in extra:
        yield extra[FORMER_NAME]


def _takes_null(kind: inspect.Type) -> bool:
    return any(isinstance(one, inspect.NoneType | inspect.AnyType) for one in _alternatives(kind))
