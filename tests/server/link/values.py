"""Random operations and frames of a link."""

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

import msgspec
from hypothesis import strategies as st
from msgspec import Raw, Struct

from imtui.server.link import ops as o
from imtui.server.link.frames import Batch, Frame

TO_CORE: Final = get_args(o.ToCore)
TO_EDGE: Final = get_args(o.ToEdge)
FRAMES: Final = get_args(Frame)

_SMALL: Final = 4
_SIMPLE: Final[dict[Any, st.SearchStrategy[Any]]] = {
    int: st.integers(0, 9) | st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    str: st.text(max_size=8),
    bytes: st.binary(max_size=8),
    Any: st.none() | st.integers(0, 9) | st.text(max_size=3),
    NoneType: st.none(),
}


@cache
def values(kind: Any) -> st.SearchStrategy[Any]:
    """Return all values of a type, large ones rarely."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind is Batch:
        ops = st.lists(any_of((*TO_CORE, *TO_EDGE)), max_size=_SMALL).map(o.encode_ops)
        return st.builds(Batch, values(int), values(int), ops.map(Raw))
    if kind is o.CallFields:
        ids = st.none() | st.text(max_size=8) | st.integers(-(10**40), 10**40)
        shown = ids.map(msgspec.json.encode) | st.just(b"")
        return st.builds(o.CallFields, values(str), st.sampled_from([b"", b"{}"]), shown)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return any_of(arguments)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (list, tuple, frozenset):
        return st.lists(values(arguments[0]), max_size=_SMALL).map(origin)
    if origin in (dict, Mapping):
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=_SMALL)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert issubclass(kind, Struct), kind
    fields = {field.name: values(field.type) for field in msgspec.structs.fields(kind)}
    return st.builds(kind, **fields)


def any_of(kinds: Iterable[Any]) -> st.SearchStrategy[Any]:
    """Return all values of some types."""
    return st.one_of(*map(values, kinds))
