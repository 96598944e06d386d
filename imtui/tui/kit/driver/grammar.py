"""Cut the input of a terminal into keys and reports, by the grammar of ECMA-48.

A control sequence is read as a whole, whether or not anybody knows it, so that no part of it is
taken for keys. Strings (OSC, DCS, APC, PM, SOS) are replies that nobody asked for, and vanish.
"""

from enum import Enum, auto
from typing import Final

ESC: Final = "\x1b"
IDLE: Final = 2.0
"""A sequence is given up when nothing came for so many seconds."""
TOTAL: Final = 10.0
"""A string is given up after so many seconds, even if more of it comes."""
BURST: Final = 0.02
"""What comes within so many seconds came together."""
ESCAPE_DELAY: Final = 0.3
"""How long a lone escape character may be the beginning of a key, unless it is said otherwise."""
LATE: Final = 1.0
"""How long the rest of a sequence is expected, though its escape character acted as Esc."""

_LENGTH_MAX: Final = 256
_INTRODUCERS: Final = "[ONPX]^_"
_C1: Final = {chr(ord(char) + 0x40): char for char in _INTRODUCERS}
_ST: Final = "\x9c"
_WITH_ALT: Final = "\r\t\b"
"""The controls that are keys of their own with Alt; before others, Esc was pressed."""
_BEL: Final = "\x07"
_CANCEL: Final = "\x18\x1a"
_ARROWS: Final = frozenset(f"{ESC}{char}{arrow}" for char in "[O" for arrow in "ABCD")
_X10_REPORT: Final = 3
"""The characters that follow ``CSI M`` in the mouse reports of old terminals."""


class _State(Enum):
    GROUND = auto()
    ESCAPE = auto()
    CSI = auto()
    ONE_MORE = auto()
    """The rest of a sequence has a fixed length."""
    SS3 = auto()
    STRING = auto()
    STRING_ESCAPE = auto()


class Grammar:
    """Reads characters, and returns each key or report as soon as it is complete.

    A key or a report is a string: a character, or a control sequence that begins with ESC, also if
    it came in its 8-bit form.
    """

    def __init__(self) -> None:
        """Start between two keys."""
        self._state = _State.GROUND
        self._sequence = ""
        self._missing = 0
        self._began = self._last = 0.0
        self._escape_delay = 0.0
        self._doubled = False
        """Whether two escape characters are pending: Alt with an arrow, or Esc twice."""
        self.is_8_bit = False
        """Whether the last sequence came in its 8-bit form."""
        self._late_until = float("-inf")
        self._is_late = False
        """Whether the escape character of the sequence has already acted as Esc."""

    @property
    def is_between(self) -> bool:
        """Tell whether nothing is pending."""
        return self._state is _State.GROUND

    @property
    def deadline(self) -> float | None:
        """Return when ``expire`` is due; None while nothing is pending."""
        if self._state is _State.GROUND:
            return None
        if self._state in (_State.ESCAPE, _State.STRING_ESCAPE):
            return self._last + max(self._escape_delay, BURST)
        if self._is_late and len(self._sequence) == 2:
            return self._last + 2 * BURST
        return min(self._last + IDLE, self._began + TOTAL)

    def feed(self, text: str, now: float, escape_delay: float = ESCAPE_DELAY) -> list[str]:
        """Read text, and return the keys and reports that it completes.

        Args:
            text: What the terminal sent.
            now: The time in seconds.
            escape_delay: How long a lone escape character may still be the beginning of a key.
        """
        return self.expire(now) + self.read(text, now, escape_delay)

    def go_on(self, now: float) -> None:
        """Take what comes now as if there were no pause before it."""
        self._last = now

    def read(self, text: str, now: float, escape_delay: float) -> list[str]:
        """Read text that came in time for what is pending; the arguments are those of ``feed``."""
        found: list[str] = []
        self._escape_delay = escape_delay
        for char in text:
            self._read(char, now, found)
            self._last = now
        return found

    def expire(self, now: float) -> list[str]:
        """Give up what is overdue, and return the keys that it turns out to be."""
        deadline = self.deadline
        if deadline is None or now < deadline:
            return []
        state, sequence = self._state, self._sequence
        self._state = _State.GROUND
        if state is _State.ESCAPE:
            self._late_until = self._last + LATE
            return [ESC, ESC] if self._doubled else [ESC]
        if state is _State.STRING_ESCAPE:
            return [ESC]
        if len(sequence) == 2:
            return [sequence[1]] if self._is_late else [sequence]
        # Some keys of rxvt end with what is no end by the grammar: ``CSI 7 $``.
        return [sequence] if state is _State.CSI and sequence.endswith("$") else []

    def _read(self, char: str, now: float, found: list[str]) -> None:
        match self._state:
            case _State.GROUND:
                self._read_first(char, now, found)
            case _State.ESCAPE:
                self._read_after_escape(char, now, found)
            case _State.ONE_MORE if char >= " ":
                self._sequence += char
                self._missing -= 1
                if not self._missing:
                    self._finish(found)
            case _State.CSI if " " <= char < "\x7f":
                self._read_csi(char, found)
            case _State.SS3 if " " <= char < "\x7f":
                self._sequence += char if len(self._sequence) < _LENGTH_MAX else ""
                if char >= "@":
                    self._finish(found)
            case _State.STRING | _State.STRING_ESCAPE:
                self._read_string(char, now, found)
            case _:
                # What cannot belong to the sequence ends it.
                self._state = _State.GROUND
                self._read_first(char, now, found)

    def _read_first(self, char: str, now: float, found: list[str]) -> None:
        self._is_late = self._doubled = self.is_8_bit = False
        if char == ESC:
            self._begin(_State.ESCAPE, ESC, now)
        elif char in _INTRODUCERS and now < self._late_until:
            self._is_late = True
            self._introduce(char, now)
        elif char in _C1:
            self.is_8_bit = True
            self._introduce(_C1[char], now)
        elif not "\x80" <= char < "\xa0":
            found.append(char)
        self._late_until = float("-inf")

    def _read_after_escape(self, char: str, now: float, found: list[str]) -> None:
        if char == ESC:
            if not self._doubled and now - self._last < BURST:
                self._doubled = True
            else:
                found.append(ESC)
            return
        if self._doubled and char not in "[O":
            found.append(ESC)
            self._doubled = False
        if char in _INTRODUCERS:
            self._introduce(char, now)
            return
        self._state = _State.GROUND
        is_control = "\x80" <= char < "\xa0" or (char < " " and char not in _WITH_ALT)
        # A slow line may split any key, but whoever types after Esc wants no Alt.
        is_typed = char >= " " and char != "\\" and now - self._last >= BURST
        if is_control or is_typed:
            found.append(ESC)
            self._read_first(char, now, found)
        elif char != "\\":  # The end of a string that was given up.
            found.append(ESC + char)

    def _introduce(self, char: str, now: float) -> None:
        if char == "[":
            state = _State.CSI
        elif char == "O":
            state = _State.SS3
        elif char == "N":
            state = _State.ONE_MORE
            self._missing = 1
        else:
            state = _State.STRING
        self._begin(state, ESC + char, now)

    def _begin(self, state: _State, sequence: str, now: float) -> None:
        self._state, self._sequence, self._began = state, sequence, now

    def _read_csi(self, char: str, found: list[str]) -> None:
        is_first = len(self._sequence) == 2
        if len(self._sequence) < _LENGTH_MAX:
            self._sequence += char
        if is_first and char in "[M":
            # The function keys of the Linux console, and mouse reports of old terminals.
            self._state = _State.ONE_MORE
            self._missing = 1 if char == "[" else _X10_REPORT
        elif char >= "@":
            self._finish(found)

    def _finish(self, found: list[str]) -> None:
        self._state = _State.GROUND
        if self._doubled and self._sequence not in _ARROWS:
            found.append(ESC)
            self._doubled = False
        if len(self._sequence) < _LENGTH_MAX:
            found.append(ESC + self._sequence if self._doubled else self._sequence)
        self._doubled = False

    def _read_string(self, char: str, now: float, found: list[str]) -> None:
        if self._state is _State.STRING_ESCAPE:
            self._begin(_State.ESCAPE, ESC, now)
            self._doubled = False
            self._read_after_escape(char, now, found)
        elif char == ESC:
            self._state = _State.STRING_ESCAPE
        elif char in (_ST, _BEL) or char in _CANCEL:
            self._state = _State.GROUND
        elif char < " " and not "\b" <= char <= "\r":
            # No string has such a control, so the user pressed a key.
            self._state = _State.GROUND
            self._read_first(char, now, found)
        elif len(self._sequence) < _LENGTH_MAX:
            self._sequence += char
