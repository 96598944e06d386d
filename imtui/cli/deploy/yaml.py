"""Writes YAML; pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

Value = Mapping[str, "Value"] | Sequence["Value"] | str | int | float | bool

_PLAIN: Final = re.compile(r"[A-Za-z/_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
"""Strings that need no quotes, but for the words below."""
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_ODD: Final = re.compile(r"[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON may have as it is, and YAML may not."""
_LINE: Final = re.compile(r"[\t -~\u00a1-\u024f]+")
"""Lines that a block can have, without quotes."""


def to_yaml(value: Mapping[str, Value]) -> str:
    """Return a document; mappings and lists are written in blocks, as people write them."""
    return "".join(f"{line}\n" for line in _mapping(value))


def _mapping(value: Mapping[str, Value]) -> Iterator[str]:
    for key, one in value.items():
        name = _scalar(key)
        if _is_block(one):
            yield f"{name}:"
            yield from map(_indented, _block(one))
        elif isinstance(one, str) and _is_text(one):
            yield f"{name}: |"
            yield from map(_indented, one.split("\n")[:-1])
        else:
            yield f"{name}: {_scalar(one)}"


def _block(value: Value) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _mapping(value)
        return
    assert isinstance(value, Sequence)
    for one in value:
        lines = _block(one) if _is_block(one) else iter([_scalar(one)])
        yield f"- {next(lines)}"
        yield from map(_indented, lines)


def _indented(line: str) -> str:
    return f"  {line}" if line else ""


def _is_block(value: Value) -> bool:
    return isinstance(value, (Mapping, Sequence)) and not isinstance(value, str) and bool(value)


def _is_text(value: str) -> bool:
    """Tell whether a string is some whole lines that can stand as they are."""
    lines = value.split("\n")
    return (
        len(lines) > 2
        and not lines.pop()
        and bool(lines[-1])
        and lines[0][:1] not in ("", " ", "\t")
        and all(not line or _LINE.fullmatch(line) for line in lines)
    )


def _scalar(value: Value) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    text = json.dumps(value, ensure_ascii=False)
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
