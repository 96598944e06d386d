"""Input of the terminal as Textual's messages."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from textual import constants
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import FOCUSIN, FOCUSOUT, IS_ITERM, XTermParser
from textual.events import AppBlur, AppFocus, Key, Paste, Resize
from textual.keys import Keys
from textual.message import Message
from textual.messages import InBandWindowResize, TerminalSupportsSynchronizedOutput

from imtui.tui.kit.driver.grammar import ESC
from imtui.tui.kit.driver.reader import Input, Pasted

_SIZE_MAX: Final = 2_000
"""The most columns or rows that a terminal is believed to have."""

_MOUSE: Final = re.compile(r"\x1b\[<\d{1,5};-?\d{1,5};-?\d{1,5}[Mm]")
_MODE: Final = re.compile(r"\x1b\[\?(\d{1,5});(\d)\$y")
_SIZE: Final = re.compile(
    r"\x1b\[48;(\d{1,5})[\d:]*;(\d{1,5})[\d:]*;(\d{1,5})[\d:]*;(\d{1,5})[\d:]*t"
)
_CURSOR: Final = re.compile(r"\x1b\[\d+;\d+R")


class MessageParser:
    """Turns keys, reports and pastes into Textual's messages; what is unknown is left out."""

    def __init__(self) -> None:
        """Start without knowing the size of the terminal."""
        self._tables = XTermParser()
        self.accepts_sizes = False
        """Whether the terminal was asked to report its size."""

    def messages(self, came: Input) -> Iterator[Message]:
        """Return the messages for one key, report or paste."""
        if isinstance(came, Pasted):
            yield Paste(came.text)
        elif came in (FOCUSIN, FOCUSOUT):
            yield AppFocus() if came == FOCUSIN else AppBlur()
        elif _MOUSE.fullmatch(came):
            with suppress(ArithmeticError):
                message = self._tables.parse_mouse_code(came)
                if message is not None:
                    yield message
        elif match := _MODE.fullmatch(came):
            yield from _mode_messages(match[1], int(match[2]))
        elif match := _SIZE.fullmatch(came):
            yield from self._size_messages(*map(int, match.groups()))
        elif not _CURSOR.fullmatch(came):
            # Numbers that are too large, or no characters.
            with suppress(ValueError, ArithmeticError):
                yield from self._key_messages(came)

    def _size_messages(self, rows: int, columns: int, height: int, width: int) -> Iterator[Message]:
        if self.accepts_sizes and 0 < rows <= _SIZE_MAX and 0 < columns <= _SIZE_MAX:
            resize = Resize.from_dimensions((columns, rows), (width, height))
            self._tables.terminal_size = resize.size
            self._tables.terminal_pixel_size = resize.pixel_size
            self._tables.mouse_pixels = True
            yield resize

    def _key_messages(self, came: str) -> Iterator[Key]:
        with_alt = len(came) > 1 and came not in ANSI_SEQUENCES_KEYS and came[1:] != ESC
        if with_alt and (len(came) == 2 or came.startswith(ESC + ESC)):
            for key in self._tables._sequence_to_key_events(came[1:], alt=True):
                yield _with_alt(key)
            return
        if "\ud800" <= came <= "\udfff":
            came = "\ufffd"
        for key in self._tables._sequence_to_key_events(came):
            if key.key != Keys.Ignore:
                yield key


def _mode_messages(mode: str, setting: int) -> Iterator[Message]:
    if mode == "2026" and setting:
        yield TerminalSupportsSynchronizedOutput()
    elif mode == "2048" and constants.SMOOTH_SCROLL and not IS_ITERM:
        yield InBandWindowResize.from_setting_parameter(setting)


def _with_alt(key: Key) -> Key:
    *modifiers, name = key.key.split("+")
    return Key("+".join([*sorted({*modifiers, "alt"}), name]), None)
