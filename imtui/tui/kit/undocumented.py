"""All that imtui uses of Textual and Rich without their documentation having it.

The tests of this module name what it relies on, so that an update that breaks it is noticed.
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

_READ_MAX: Final = 4096
_TICK: Final = 0.1


class _DisconnectTolerantFile:
    """An output file whose end is no error: what is written to a closed terminal is dropped."""

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

    Bytes that are not UTF-8 (a stray 0xFF, a mouse report of the old kind past column 95) become
    U+FFFD instead of ending the app; the end of input ends the app; writing to a terminal that is
    gone blocks nothing; going on after a stop from outside sets the terminal up anew.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        """Make the driver of an app."""
        super().__init__(app, **options)
        self._file: Any = _DisconnectTolerantFile(self._file)

    def run_input_thread(self) -> None:
        """Read input until the app or the terminal ends."""
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
        # In a turn of the loop: a second signal in the middle of the first would wait for itself.
        asyncio.get_running_loop().call_soon_threadsafe(self._resume)

    def _resume(self) -> None:
        if not self._must_signal_resume:
            # Stopped from outside, not by Ctrl+Z: the terminal is as somebody else left it. Without
            # an end first, a second reader of the input would stand beside the one that is there.
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()

    def _feed_parser(self, parser: XTermParser, text: str) -> XTermParser:
        """Hand text to the parser and return the one to go on with."""
        try:
            for message in parser.feed(text):
                self.process_message(message)
        except (ParseError, ValueError, OverflowError):
            # A sequence that makes no sense is dropped, and with it the parser that broke on it.
            return XTermParser(self._debug)
        return parser


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _READ_MAX)
    except OSError:
        return b""


def tolerant_driver() -> type[LinuxDriver] | None:
    """Return the driver for this system; None where Textual's own has to do."""
    return None if sys.platform == "win32" else TolerantDriver


class FaultTolerantApp(App[None]):
    """An app that ends with a line of its own after a fault, and can write to the terminal."""

    def __init__(self, **options: Any) -> None:
        """Make the app with the tolerant driver; ``options`` are those of Textual's app."""
        super().__init__(driver_class=tolerant_driver(), **options)

    def handle_fault(self, error: BaseException | None) -> None:
        """Handle a fault; the app calls ``exit_after_fault`` when it has noted it."""
        raise NotImplementedError

    def exit_after_fault(self) -> None:
        """End with exit status 1, without Textual's traceback."""
        self._return_code = 1
        self._close_messages_no_wait()

    def write_raw(self, sequence: str) -> None:
        """Write an escape sequence of ours to the terminal."""
        if self._driver is not None:
            self._driver.write(sequence)

    def _fatal_error(self) -> None:
        self.handle_fault(self._exception or sys.exc_info()[1])


def emoji_codes() -> dict[str, str]:
    """Return the emoji by their codes; there are thousands, so they are loaded when needed."""
    from rich._emoji_codes import EMOJI

    return EMOJI


def character_of_key(key: str) -> str | None:
    """Return the character that a key types, by its name in Textual; None if it types none."""
    from textual.keys import REPLACED_KEYS, key_to_character

    return key_to_character(REPLACED_KEYS.get(key, key))


def key_for_character(character: str) -> str:
    """Return the name in Textual of the key that types a character, except a comma."""
    (binding,) = Binding.make_bindings([Binding(character, "")])
    return binding.key
