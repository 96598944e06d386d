"""Read the input of a terminal: keys, reports and pastes."""

import os
from enum import Enum, auto
from typing import Final

from msgspec import Struct

from imtui.tui.kit.driver.grammar import ESCAPE_DELAY, IDLE, TOTAL, Grammar
from imtui.tui.kit.driver.pasted import pasted_text

PASTE_MAX: Final = 1 << 20
"""The characters of a paste that are kept; no input takes as many."""

_READ_MAX: Final = 4096
_START, _END, _END_8_BIT = "\x1b[200~", "\x1b[201~", "\x9b201~"
_TYPED_GAP: Final = 0.03
"""Nobody types two keys within so many seconds."""
_BURST_GAP: Final = 0.05


class Pasted(Struct, frozen=True):
    """A paste."""

    text: str
    """Safe to show, with LF as the end of a line."""


Input = str | Pasted
"""A key or a report, as the grammar has it, or a paste."""


class _Mode(Enum):
    KEYS = auto()
    PASTE = auto()
    REST = auto()
    """A paste was put in without its end, so that more of it may come."""


class InputReader:
    """Reads characters, and returns keys, reports and pastes as soon as they are complete.

    If the end of a paste gets lost, the keyboard is not: after a pause, or at the latest after some
    seconds in which no more than single keys came, the paste counts as complete. Until its end
    comes, for at most ``TOTAL`` seconds, what comes in one burst still belongs to it.
    """

    def __init__(self) -> None:
        """Start between two keys."""
        self._grammar = Grammar()
        self._mode = _Mode.KEYS
        self._escape_delay = ESCAPE_DELAY
        self._ends: tuple[str, ...] = (_END,)
        self._pieces: list[str] = []
        self._size = 0
        self._tail = ""
        """What may be the beginning of a mark, or in ``REST`` a burst that is not over."""
        self._began = self._last = self._flowed = 0.0

    @property
    def deadline(self) -> float | None:
        """Return when ``expire`` is due; None while nothing is pending."""
        if self._mode is _Mode.PASTE:
            most = max(self._began + TOTAL, self._flowed + IDLE)
            return min(self._last + IDLE, most)
        if self._mode is _Mode.REST and self._tail:
            return self._last + (IDLE if _is_begun_mark(self._tail) else _BURST_GAP)
        return self._grammar.deadline

    def feed(
        self,
        text: str,
        now: float,
        escape_delay: float = ESCAPE_DELAY,
        *,
        in_time: bool = False,
    ) -> list[Input]:
        """Read text, and return what it completes.

        Args:
            text: What the terminal sent.
            now: The time in seconds.
            escape_delay: How long a lone escape character may still be the beginning of a key.
            in_time: Whether there was no pause before the text, though it is read late.
        """
        found: list[Input] = []
        if in_time:
            self._grammar.go_on(now)
        else:
            found += self.expire(now)
        self._escape_delay = escape_delay
        if len(text) > 1 or now - self._last < _TYPED_GAP:
            self._flowed = now
        self._last = now
        while text:
            text = self._read(text, now, found)
        return found

    def expire(self, now: float) -> list[Input]:
        """Give up what is overdue, and return what it turns out to be."""
        found: list[Input] = []
        deadline = self.deadline
        if deadline is None or now < deadline:
            return found
        if self._mode is _Mode.PASTE:
            self._end_paste(found)
            self._mode = _Mode.REST if now < self._began + TOTAL else _Mode.KEYS
        elif self._mode is _Mode.REST and self._tail:
            self._end_burst(now, found)
        else:
            found += self._grammar.expire(now)
        return found

    def _read(self, text: str, now: float, found: list[Input]) -> str:
        """Read from the beginning of a text, and return what is left of it."""
        match self._mode:
            case _Mode.PASTE:
                return self._read_paste(text, found)
            case _Mode.REST if not self._grammar.is_between:
                return self._read_keys(text, now, found)
            case _Mode.REST if self._tail or now < self._began + TOTAL:
                return self._read_rest(text, now, found)
            case _:
                self._mode = _Mode.KEYS
                return self._read_keys(text, now, found)

    def _read_keys(self, text: str, now: float, found: list[Input]) -> str:
        for place, char in enumerate(text, 1):
            for key in self._grammar.read(char, now, self._escape_delay):
                if key == _START:
                    self._ends = (_END, _END_8_BIT) if self._grammar.is_8_bit else (_END,)
                    self._begin_paste(now)
                    return text[place:]
                if key == _END:
                    self._mode = _Mode.KEYS
                else:
                    found.append(key)
            if self._mode is _Mode.REST and self._grammar.is_between:
                return text[place:]
        return ""

    def _begin_paste(self, now: float) -> None:
        self._mode, self._began = _Mode.PASTE, now

    def _read_paste(self, text: str, found: list[Input]) -> str:
        data = self._tail + text
        place, mark = _first_mark(data, self._ends)
        if mark:
            self._tail = ""
            self._keep(data[:place])
            self._end_paste(found)
            self._mode = _Mode.KEYS
            return data[place + len(mark) :]
        self._tail = _begun_mark(data, self._ends)
        self._keep(data.removesuffix(self._tail))
        return ""

    def _keep(self, data: str) -> None:
        piece = data[: PASTE_MAX - self._size]
        self._pieces.append(piece)
        self._size += len(piece)

    def _end_paste(self, found: list[Input]) -> None:
        self._add_paste("".join(self._pieces), found)
        self._pieces.clear()
        self._size = 0

    def _add_paste(self, raw: str, found: list[Input]) -> None:
        if text := pasted_text(raw):
            found.append(Pasted(text))

    def _read_rest(self, text: str, now: float, found: list[Input]) -> str:
        data = self._tail + text
        place, mark = _first_mark(data, (*self._ends, _START))
        if not mark:
            self._tail = data[:PASTE_MAX]
            return ""
        self._tail = data[:place]
        if mark == _START:
            self._end_burst(now, found)
            self._begin_paste(now)
        else:
            self._add_paste(self._tail, found)
            self._tail = ""
            self._mode = _Mode.KEYS
        return data[place + len(mark) :]

    def _end_burst(self, now: float, found: list[Input]) -> None:
        """Tell a key from a piece of the paste, which has characters and is more than one."""
        burst, self._tail = self._tail, ""
        keys = Grammar().feed(burst, now)
        if len(keys) > 1 and any(len(key) == 1 for key in keys):
            self._add_paste(burst, found)
        else:
            found += self._grammar.read(burst, now, self._escape_delay)


def _first_mark(data: str, marks: tuple[str, ...]) -> tuple[int, str]:
    places = [(place, mark) for mark in marks if (place := data.find(mark)) >= 0]
    return min(places, default=(-1, ""))


def _begun_mark(data: str, marks: tuple[str, ...]) -> str:
    """Return the end of the data that may be the beginning of a mark."""
    for length in range(min(len(data), len(_END) - 1), 0, -1):
        if any(mark.startswith(data[-length:]) for mark in marks):
            return data[-length:]
    return ""


def _is_begun_mark(data: str) -> bool:
    return 1 < len(data) < len(_END) and (_END.startswith(data) or _START.startswith(data))


def read_some(descriptor: int) -> bytes:
    """Return some bytes of a terminal's input; nothing once there is no more."""
    try:
        return os.read(descriptor, _READ_MAX)
    except OSError:
        return b""
