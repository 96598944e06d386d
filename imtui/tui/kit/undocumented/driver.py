"""The driver of the app in a Unix terminal; Windows has Textual's own."""

import asyncio
import codecs
import os
import select
import sys
import threading
from contextlib import suppress
from typing import Any, Final

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message

from imtui.tui.kit.clock import SystemClock, Throttle
from imtui.tui.kit.driver.grammar import ESCAPE_DELAY
from imtui.tui.kit.driver.reader import Input, InputReader, read_some
from imtui.tui.kit.driver.set_up import SetUp
from imtui.tui.kit.driver.writer import TerminalWriter
from imtui.tui.kit.undocumented.messages import MessageParser

_READS_MAX: Final = 16
"""The reads that may wait for the app."""
_RESUME_EVERY: Final = 0.1
"""How often the terminal is set up again at most, in seconds, however many signals come."""


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
        delay: float = getattr(self._app, "escape_delay", ESCAPE_DELAY)
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
