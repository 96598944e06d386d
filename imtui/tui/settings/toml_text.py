"""Where the keys of a TOML document stand, and a document with one value changed."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from imtui.tui.settings.table import Path, Value

_INLINE_DEPTH: Final = 4
_PART: Final = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
_BARE_KEY: Final = re.compile("[A-Za-z0-9_-]+")
_KEY_PART: Final = re.compile(_PART)
_KEY: Final = re.compile(rf"[ \t]*{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
_BETWEEN: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BETWEEN_INLINE: Final = re.compile(r"(?:[ \t\r\n,]+|#[^\n]*)*")
_OPEN: Final = re.compile(r"\[\[?")
_CLOSE: Final = re.compile(r"[ \t]*\]\]?")
_EQUALS: Final = re.compile(r"[ \t]*=[ \t]*")
_BARE: Final = re.compile(r"[^,\]}#\r\n]*[^,\]}#\r\n \t]")
_STRING: Final = (
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""(?:"{0,2})'
    r"|'''(?:[^']|'(?!''))*+'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
)
_WHOLE_STRING: Final = re.compile(_STRING, re.DOTALL)
_TOKEN: Final = re.compile(rf"{_STRING}|#[^\n]*|[\[\]{{}}]|[^\[\]{{}}\"'#]+", re.DOTALL)


def key_lines(text: str) -> dict[Path, int]:
    """Return the line on which each key and table of a TOML document is named first.

    Of what is not TOML, as far as one can tell.
    """
    lines: dict[Path, int] = {}
    line, counted = 1, 0
    for item in _items(text):
        line += text.count("\n", counted, item.at)
        counted = item.at
        for length in range(1, min(len(item.path), _INLINE_DEPTH) + 1):
            lines.setdefault(item.path[:length], line)
    return lines


def with_value(text: str, path: Path, value: Value) -> str:
    """Return a TOML document with one value changed or added; all else stays as it is.

    Raises:
        ValueError: It cannot be, as what should be a table is none, or it is not TOML.
        RecursionError: It is nested too deeply.
    """
    import tomllib

    # Floats as their text, as nan is not equal to itself.
    expected = tomllib.loads(text, parse_float=str)
    _put(expected, path, value)
    changed = _with_literal(text, path, literal(value))
    if tomllib.loads(changed, parse_float=str) != expected:
        raise ValueError(f"{written(path)} cannot be set in it")
    return changed


def literal(value: Value) -> str:
    """Return a value as TOML writes it."""
    import json

    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(map(literal, value))}]"


def written(path: Path) -> str:
    """Return a path as TOML writes it: ``alerts.bell``."""
    return ".".join(part if _BARE_KEY.fullmatch(part) else literal(part) for part in path)


@dataclass(frozen=True)
class _Item:
    """A key and its value, or the header of a table."""

    path: Path
    table: Path
    """The table whose header it stands under."""
    at: int
    value: int
    """Where the value begins; for a header as ``end``."""
    end: int
    is_header: bool = False


class _Lost(Exception):
    """It is not TOML from here on."""


def _items(text: str) -> list[_Item]:
    scan = _Scan(text)
    with suppress(_Lost):
        scan.document()
    return sorted(scan.items, key=lambda item: item.at)


class _Scan:
    """Finds the items of a document, which is taken to be TOML."""

    def __init__(self, text: str) -> None:
        self.items: list[_Item] = []
        self._text = text
        self._at = 0
        self._table: Path = ()

    def document(self) -> None:
        self._take(_BETWEEN)
        while self._at < len(self._text):
            if self._is_at("["):
                self._header()
            else:
                self._pair(self._table)
            self._take(_BETWEEN)

    def _header(self) -> None:
        at = self._at
        self._take(_OPEN)
        self._table = self._key()
        self._take(_CLOSE)
        self.items.append(_Item(self._table, self._table, at, self._at, self._at, is_header=True))

    def _pair(self, prefix: Path) -> None:
        at = self._at
        path = prefix + self._key()
        self._take(_EQUALS)
        value = self._at
        self._value(path)
        self.items.append(_Item(path, self._table, at, value, self._at))

    def _value(self, path: Path) -> None:
        if self._is_at("{") and len(path) < _INLINE_DEPTH:
            self._at += 1
            self._take(_BETWEEN_INLINE)
            while not self._is_at("}"):
                self._pair(path)
                self._take(_BETWEEN_INLINE)
            self._at += 1
        elif self._is_at("[", "{"):
            depth = 1
            self._at += 1
            while depth:
                token = self._take(_TOKEN)
                depth += (token in ("[", "{")) - (token in ("]", "}"))
        elif self._is_at('"', "'"):
            self._take(_WHOLE_STRING)
        else:
            self._take(_BARE)

    def _key(self) -> Path:
        return tuple(_part(part) for part in _KEY_PART.findall(self._take(_KEY)))

    def _is_at(self, *texts: str) -> bool:
        return self._text.startswith(texts, self._at)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise _Lost
        self._at = match.end()
        return match[0]


def _part(text: str) -> str:
    import tomllib

    if text[0] not in "\"'":
        return text
    try:
        value: str = tomllib.loads(f"key={text}")["key"]
    except tomllib.TOMLDecodeError as error:
        raise _Lost from error
    return value


def _put(values: dict[str, Any], path: Path, value: Value) -> None:
    for key in path[:-1]:
        values = values.setdefault(key, {})
        if not isinstance(values, dict):
            raise ValueError(f"{key} is not a table in it")
    values[path[-1]] = list(value) if not isinstance(value, (str, int)) else value


def _with_literal(text: str, path: Path, new: str) -> str:
    items = _items(text)
    pairs = {item.path: item for item in items if not item.is_header}
    if item := pairs.get(path):
        return text[: item.value] + new + text[item.end :]
    parent = path[:-1]
    if item := pairs.get(parent):
        return _with_inline(text, item, pairs.values(), f"{written(path[-1:])} = {new}")
    beside = [item for item in pairs.values() if item.path[:-1] == parent]
    headers = [item for item in items if item.is_header]
    if last := (beside or [item for item in headers if item.path == parent])[-1:]:
        line = f"{written(path[len(last[0].table) :])} = {new}\n"
        return _with_line(text, _next_line(text, last[0].end), line)
    line = f"{written(path[-1:])} = {new}\n"
    if parent:
        gap = "\n" if text.strip() else ""
        return _with_line(text, len(text), f"{gap}[{written(parent)}]\n{line}")
    if headers:
        return _with_line(text, _above(text, headers[0].at), f"{line}\n")
    return _with_line(text, len(text), line)


def _with_inline(text: str, table: _Item, pairs: Iterable[_Item], pair: str) -> str:
    inside = [item.end for item in pairs if table.value < item.at < table.end]
    if not inside:
        return f"{text[: table.value]}{{ {pair} }}{text[table.end :]}"
    return f"{text[: max(inside)]}, {pair}{text[max(inside) :]}"


def _with_line(text: str, at: int, line: str) -> str:
    before = text[:at]
    if before and not before.endswith("\n"):
        line = f"\n{line}"
    if "\r\n" in text:
        line = line.replace("\n", "\r\n")
    return before + line + text[at:]


def _next_line(text: str, at: int) -> int:
    return text.find("\n", at) + 1 or len(text)


def _above(text: str, at: int) -> int:
    # The comment right above a header is about its table.
    line = text.rfind("\n", 0, at) + 1
    while line:
        above = text.rfind("\n", 0, line - 1) + 1
        if not text[above:line].lstrip().startswith("#"):
            break
        line = above
    return line
