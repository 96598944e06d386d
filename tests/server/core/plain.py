"""Everything that an object holds, made comparable: dictionaries in their order, private parts too."""

import dataclasses
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any

import msgspec


def plain(value: Any) -> Any:
    """Return all that a value holds, as nested tuples.

    Objects are compared by their class and attributes, sets without an order, and everything else
    that has an order by it. What is shared is repeated; nothing of the core refers to itself.
    """
    if value is None or isinstance(value, (bool, int, float, str, bytes, Enum)):
        return value
    if isinstance(value, dict):
        return type(value), tuple((plain(key), plain(held)) for key, held in value.items())
    if isinstance(value, (list, tuple, deque)):
        return type(value), tuple(map(plain, value))
    if isinstance(value, (set, frozenset)):
        return type(value), frozenset(map(plain, value))
    if isinstance(value, (type, Callable)):
        return value
    return type(value), tuple((name, plain(held)) for name, held in _attributes(value))


def _attributes(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, msgspec.Struct):
        return [(name, getattr(value, name)) for name in value.__struct_fields__]
    if dataclasses.is_dataclass(value):
        return [(one.name, getattr(value, one.name)) for one in dataclasses.fields(value)]
    names = [
        name
        for kind in type(value).__mro__
        for name in getattr(kind, "__slots__", ())
        if hasattr(value, name)
    ]
    held = [*((name, getattr(value, name)) for name in names), *vars_of(value).items()]
    assert held or not type(value).__module__.startswith("imtui"), value
    return held


def vars_of(value: Any) -> dict[str, Any]:
    """Return the attributes in an object's dictionary, if it has one."""
    found: dict[str, Any] = getattr(value, "__dict__", {})
    return found
