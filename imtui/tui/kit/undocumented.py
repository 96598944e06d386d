"""All undocumented parts of Textual and Rich that imtui uses.

The tests of this module list what it relies on, so they fail if an update breaks it.
One file: all that may break with an update stands in one place.
"""

import asyncio
import codecs
import inspect
import os
import re
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from textual import constants, work
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import FOCUSIN, FOCUSOUT, IS_ITERM, XTermParser
from textual.app import App, ScreenStackError
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.command import CommandList, CommandPalette
from textual.css.query import NoMatches
from textual.drivers.linux_driver import LinuxDriver
from textual.events import AppBlur, AppFocus, Event, Key, Paste, Resize
from textual.geometry import Size
from textual.keys import Keys
from textual.message import Message
from textual.messages import InBandWindowResize, TerminalSupportsSynchronizedOutput
from textual.screen import Screen
from textual.widget import Widget

from imtui.tui.kit.clock import SystemClock, Throttle
from imtui.tui.kit.driver.editing import accepts_text, adapt_to_input
from imtui.tui.kit.driver.grammar import ESC, ESCAPE_DELAY
from imtui.tui.kit.driver.reader import Input, InputReader, Pasted, read_some
from imtui.tui.kit.driver.set_up import SetUp
from imtui.tui.kit.driver.writer import TerminalWriter

_READS_MAX: Final = 16
"""The reads that may wait for the app."""
_RESUME_EVERY: Final = 0.1
"""How often the terminal is set up again at most, in seconds, however many signals come."""
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


class TolerantDriver(LinuxDriver):
    """Textual's driver with our own reader and writer.

    - Input is read by the grammar of terminals, in the app's task, so that no report and no part of
      a sequence or of a paste is taken for keys. Bytes that are no text become U+FFFD.
    - Output never waits, and what a stalled terminal does not take does not keep the app.
    - The end of input ends the app, and writing to a closed terminal is not an error.
    - SIGCONT after a stop from outside sets the terminal up again.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        """Create the driver of an app."""
        self._output: TerminalWriter | None = None
        super().__init__(app, **options)
        self._is_set_up = False
        self._set_up = SetUp(self.fileno)
        self._reader = InputReader()
        self._parser = MessageParser()
        self._expiry: asyncio.TimerHandle | None = None
        decoder = codecs.getincrementaldecoder(getattr(sys.__stdin__, "encoding", "utf-8"))
        self._decode = decoder("surrogateescape").decode
        self._room = threading.Semaphore(_READS_MAX)
        self._reads = self._received = 0
        self._wake_reading, self._wake_writing = -1, -1
        self._resuming = Throttle(SystemClock(), _RESUME_EVERY, self._resume)

    @property  # type: ignore[override]
    def _writer_thread(self) -> TerminalWriter | None:
        """Our writer, which Textual starts and stops in place of its own."""
        return self._output

    @_writer_thread.setter
    def _writer_thread(self, theirs: object) -> None:
        """Leave out the writer that Textual made."""

    def write(self, data: str) -> None:
        """Write to the terminal."""
        self._set_up.note(data)
        if self._output is not None:
            self._output.write(data)

    def start_application_mode(self) -> None:
        """Set the terminal up."""
        output = sys.__stderr__
        if self._output is None and output is not None:
            self._output = TerminalWriter(output.fileno(), output.encoding, self._caught_up)
        if self._wake_writing < 0:
            self._wake_reading, self._wake_writing = os.pipe()
        self._set_up.begin()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._is_set_up = self._set_up.end()
        # In the background nothing was set up; the signal to go on comes with the foreground.
        self._must_signal_resume |= not self._is_set_up

    def stop_application_mode(self) -> None:
        """Restore the terminal."""
        self._is_set_up = False
        if self._output is not None:
            self._output.close()
        super().stop_application_mode()

    def close(self) -> None:
        """Write what is left, as far as the terminal takes it."""
        super().close()
        self._output = None

    def _caught_up(self) -> None:
        with suppress(RuntimeError):  # The app has ended meanwhile.
            self._loop.call_soon_threadsafe(lambda: self._app.refresh(layout=True))

    def run_input_thread(self) -> None:
        """Pass input to the app's task until there is no more, or the driver stops."""
        watched = [self.fileno, self._wake_reading]
        while True:
            in_time = bool(select.select(watched, [], [], 0)[0])
            if self._wake_reading in select.select(watched, [], [])[0]:
                return
            data = read_some(self.fileno)
            self._reads += 1
            self._room.acquire()
            self._loop.call_soon_threadsafe(self._receive, data, self._loop.time(), in_time)
            if not data:
                return

    def disable_input(self) -> None:
        """End the input thread, and forget what was not read to the end."""
        if self._wake_writing >= 0:
            os.write(self._wake_writing, b"x")
            self._room.release()
        super().disable_input()
        if self._wake_writing >= 0:
            os.close(self._wake_reading)
            os.close(self._wake_writing)
            self._wake_reading = self._wake_writing = -1
            self._room = threading.Semaphore(_READS_MAX)
            self._reader = InputReader()
            self._expect()

    def send_message(self, message: Message) -> None:
        """Send a message to the app, from its own task."""
        self._app.post_message(message)

    def _receive(self, data: bytes, now: float, in_time: bool) -> None:
        self._received += 1
        self._room.release()
        if not data:
            self._app.exit()
            return
        delay = self._app.escape_delay if isinstance(self._app, FaultTolerantApp) else ESCAPE_DELAY
        self._process(self._reader.feed(self._decode(data), now, delay, in_time=in_time))

    def _expire(self) -> None:
        self._expiry = None
        # What has come already belongs to what is pending, though the app was too busy to read it.
        if self._reads == self._received and not select.select([self.fileno], [], [], 0)[0]:
            self._process(self._reader.expire(self._loop.time()))

    def _process(self, found: list[Input]) -> None:
        for came in found:
            self._parser.accepts_sizes = self._in_band_window_resize
            for message in self._parser.messages(came):
                self.process_message(message)
        self._expect()

    def _expect(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        deadline = self._reader.deadline
        if deadline is not None:
            self._expiry = self._loop.call_at(deadline, self._expire)

    def _sigcont_application(self, *_: object) -> None:
        # In the event loop, because a signal that interrupts this handler would deadlock.
        with suppress(RuntimeError):  # The app has ended.
            self._loop.call_soon_threadsafe(self._resuming.request)

    def _resume(self) -> None:
        if self._must_signal_resume:
            super()._sigcont_application()
        elif self._auto_restart and self._is_set_up:
            # Stopped from outside. Without restoring it first, no key is lost or becomes a signal.
            self.write(self._set_up.again())
            size = Size(*self._get_terminal_size())
            self._app.post_message(Resize(size, size))
            self._app.post_message(self.SignalResume())


def tolerant_driver() -> type[LinuxDriver] | None:
    """Return the driver for this system; None for Textual's default."""
    return None if sys.platform == "win32" else TolerantDriver


class FaultTolerantApp(App[None]):
    """An app that handles its own faults, and can write escape sequences to the terminal."""

    def __init__(self, **options: Any) -> None:
        """Create the app with the tolerant driver; ``options`` are those of Textual's app."""
        super().__init__(driver_class=tolerant_driver(), **options)

    escape_wait = ESCAPE_DELAY
    """How many seconds Esc waits in an input for the rest of a key that a slow line has split."""

    @property
    def escape_delay(self) -> float:
        """Return how many seconds Esc waits now; elsewhere than in an input it acts at once."""
        with suppress(ScreenStackError):  # The app is about to end.
            if accepts_text(self.focused):
                return self.escape_wait
        return 0.0

    async def on_event(self, event: Event) -> None:
        """Adapt what is typed to the input with the focus, then handle it."""
        if isinstance(event, (Key, Paste)) and not event.is_forwarded:
            with suppress(ScreenStackError):
                adapt_to_input(event, self.focused)
        await super().on_event(event)

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


if TYPE_CHECKING:
    _Screen = Screen[Any]
else:
    # Textual inherits style sheets and bindings from the first base class that is a widget.
    _Screen = object


class KeepsFocus(_Screen):
    """Makes a screen's widgets keep the focus until another one gets it, even while hidden.

    Textual would give it to another widget, or to none, so that what one goes on to type would run
    commands.
    """

    _is_losing_focus = False
    """Whether the widget with the focus is being removed."""

    def _reset_focus(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:
        if avoiding is not None:
            self._is_losing_focus = True
            try:
                super()._reset_focus(widget, avoiding)
            finally:
                self._is_losing_focus = False

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Move the focus to a widget; to none only while the terminal has no focus."""
        if widget is not None or self._is_losing_focus or not self.app.app_focus:
            super().set_focus(widget, scroll_visible, from_app_focus)


_gather_commands: Final = inspect.unwrap(CommandPalette._gather_commands)


class ClosablePalette(CommandPalette):
    """A palette in which nothing fails while it closes; its list is taken away first."""

    async def _on_message(self, message: Message) -> None:
        if message.control is None or self.query(CommandList):
            await super()._on_message(message)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Run no action while it closes."""
        return super().check_action(action, parameters) if self.query(CommandList) else False

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        try:
            await _gather_commands(self, search_value)
        except NoMatches:
            if self.query(CommandList):
                raise

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close the palette."""
        self._stop_no_matches_countdown()
        return super().dismiss(result)


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
