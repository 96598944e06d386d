"""All undocumented parts of Textual and Rich that imtui uses.

The tests of this module list what it relies on, so they fail if an update breaks it.
"""

import asyncio
import codecs
import os
import selectors
import sys
from typing import IO, Any, Final

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.binding import Binding
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widget import Widget

_READ_MAX: Final = 4096
_TICK: Final = 0.1


class _DisconnectTolerantFile:
    """An output file that drops what is written after the terminal is closed."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        if not self._gone:
            try:
                self._file.write(text)
            except OSError:
                self._gone = True
        return len(text)

    def flush(self) -> None:
        if not self._gone:
            try:
                self._file.flush()
            except OSError:
                self._gone = True

    def fileno(self) -> int:
        return self._file.fileno()


class TolerantDriver(LinuxDriver):
    """Textual's driver with four differences.

    - Bytes that are not UTF-8 (a stray 0xFF, an X10 mouse report past column 95) become U+FFFD
      instead of ending the app.
    - The end of input ends the app.
    - Writing to a closed terminal is not an error.
    - SIGCONT after a stop from outside sets the terminal up again.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        """Create the driver of an app."""
        super().__init__(app, **options)
        self._file: Any = _DisconnectTolerantFile(self._file)

    def run_input_thread(self) -> None:
        """Read input until the app exits or the input ends."""
        parser = XTermParser(self._debug)
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_TICK):
                    data = _read(self.fileno)
                    if not data:
                        self._app.call_later(self._app.exit)
                        break
                    parser = self._feed_parser(parser, decode(data))
                for message in parser.tick():
                    self.process_message(message)

    def _sigcont_application(self, *_: object) -> None:
        # In the event loop, because a signal that interrupts this handler would deadlock.
        asyncio.get_running_loop().call_soon_threadsafe(self._resume)

    def _resume(self) -> None:
        if not self._auto_restart:
            # Another program has the terminal, by `App.suspend`.
            return
        if not self._must_signal_resume:
            # Stopped from outside, not by Ctrl+Z, so the state of the terminal is unknown. Without
            # suspending first, a second input thread would start beside the running one.
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()

    def _feed_parser(self, parser: XTermParser, text: str) -> XTermParser:
        """Feed text to the parser, and return the parser to use from now on."""
        try:
            for message in parser.feed(text):
                self.process_message(message)
        except (ParseError, ValueError, OverflowError):
            # Drop an invalid sequence, and the parser that failed on it.
            return XTermParser(self._debug)
        return parser


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _READ_MAX)
    except OSError:
        return b""


def tolerant_driver() -> type[LinuxDriver] | None:
    """Return the driver for this system; None for Textual's default."""
    return None if sys.platform == "win32" else TolerantDriver


class FaultTolerantApp(App[None]):
    """An app that handles its own faults, and can write escape sequences to the terminal."""

    def __init__(self, **options: Any) -> None:
        """Create the app with the tolerant driver; ``options`` are those of Textual's app."""
        super().__init__(driver_class=tolerant_driver(), **options)

    def handle_fault(self, error: BaseException | None) -> None:
        """Handle a fault: record it, then call ``exit_after_fault``."""
        raise NotImplementedError

    def exit_after_fault(self) -> None:
        """Exit with status 1, without Textual's traceback."""
        self._return_code = 1
        self._close_messages_no_wait()

    def write_raw(self, sequence: str) -> None:
        """Write an escape sequence to the terminal."""
        if self._driver is not None:
            self._driver.write(sequence)

    def _fatal_error(self) -> None:
        self.handle_fault(self._exception or sys.exc_info()[1])


def selecting_from(screen: Screen[Any]) -> Widget | None:
    """Return the widget in which the mouse is selecting text now, if it is."""
    state = screen._select_state
    return None if state is None or not screen._selecting else state.start.content_widget


def emoji_codes() -> dict[str, str]:
    """Return the emoji by their codes; the table is large, so it is loaded on demand."""
    from rich._emoji_codes import EMOJI

    return EMOJI


def character_of_key(key: str) -> str | None:
    """Return the character that a key types, given Textual's name of it; None without one."""
    from textual.keys import REPLACED_KEYS, key_to_character

    return key_to_character(REPLACED_KEYS.get(key, key))


def key_for_character(character: str) -> str:
    """Return Textual's name of the key that types a character, except a comma."""
    (binding,) = Binding.make_bindings([Binding(character, "")])
    return binding.key
