"""Find the line numbers of the keys of a TOML document."""

import re
from contextlib import suppress
from typing import Final

from imtui.toml.key_path import KeyPath

_DEPTH_MAX: Final = 4
_PART: Final = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
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


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line on which each key and table of a TOML document is first named.

    If the text is not TOML, only the keys before the first error are found.
    """
    scanner = _Scanner(text)
    with suppress(_NotToml):
        scanner.scan_document()
    return scanner.lines


class _NotToml(Exception):
    """The text is not TOML from here on."""


class _Scanner:
    """Reads a document, which is assumed to be TOML, from top to bottom."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._line = 1
        self._counted = 0
        self._table: KeyPath = ()

    def scan_document(self) -> None:
        self._take(_BETWEEN)
        while self._at < len(self._text):
            if self._is_at("["):
                self._scan_header()
            else:
                self._scan_pair(self._table)
            self._take(_BETWEEN)

    def _scan_header(self) -> None:
        start = self._at
        self._take(_OPEN)
        self._table = self._take_key()
        self._take(_CLOSE)
        self._record(self._table, start)

    def _scan_pair(self, table: KeyPath) -> None:
        start = self._at
        path = table + self._take_key()
        self._take(_EQUALS)
        self._record(path, start)
        self._skip_value(path)

    def _skip_value(self, path: KeyPath) -> None:
        if self._is_at("{") and len(path) < _DEPTH_MAX:
            self._at += 1
            self._take(_BETWEEN_INLINE)
            while not self._is_at("}"):
                self._scan_pair(path)
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

    def _record(self, path: KeyPath, start: int) -> None:
        self._line += self._text.count("\n", self._counted, start)
        self._counted = start
        for length in range(1, min(len(path), _DEPTH_MAX) + 1):
            self.lines.setdefault(path[:length], self._line)

    def _take_key(self) -> KeyPath:
        return tuple(map(_unquoted, _KEY_PART.findall(self._take(_KEY))))

    def _is_at(self, *texts: str) -> bool:
        return self._text.startswith(texts, self._at)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise _NotToml
        self._at = match.end()
        return match[0]


def _unquoted(part: str) -> str:
    import tomllib

    if part[0] not in "\"'":
        return part
    try:
        value: str = tomllib.loads(f"key={part}")["key"]
    except tomllib.TOMLDecodeError as error:
        raise _NotToml from error
    return value
