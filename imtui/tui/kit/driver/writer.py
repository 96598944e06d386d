"""Write to the terminal in a thread of its own, which never delays the app."""

import os
import select
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from imtui.tui.kit.driver.steady import steady

BACKLOG_MAX: Final = 128 * 1024
"""The bytes that may wait for a slow terminal; what is written beyond them is dropped."""
_CHUNK: Final = 4096
_STALLED: Final = 1.0
"""A terminal that took nothing for so many seconds is not waited for at the end."""
_STOP_MAX: Final = 3.0
_LAST: Final = 0.5


class TerminalWriter:
    """Takes text for a terminal, at any time and without waiting.

    While the terminal takes less than is written, whole texts are dropped, and ``caught_up`` is
    called once all others are written, so that the screen can be painted anew.
    """

    def __init__(self, descriptor: int, encoding: str, caught_up: Callable[[], None]) -> None:
        """Create the writer; ``start`` starts its thread.

        Args:
            descriptor: The terminal.
            encoding: Its encoding; characters that it lacks become question marks.
            caught_up: Called in the thread.
        """
        self._descriptor = descriptor
        self._encoding = encoding
        self._caught_up = caught_up
        self._changed = threading.Condition()
        self._waiting: list[bytes] = []
        self._size = 0
        """The bytes that are not written yet."""
        self._written = 0
        self._dropped = False
        self._closing = False
        """Whether everything is taken, because it is the last."""
        self._stopped = False
        self._gives_up = False
        """Whether the rest of what is being written is left out."""
        self._thread = threading.Thread(target=self._run, name="terminal-output", daemon=True)

    def start(self) -> None:
        """Start to write."""
        self._thread.start()

    def write(self, text: str) -> None:
        """Write a text as soon as the terminal takes it."""
        data = steady(text).encode(self._encoding, "replace")
        with self._changed:
            too_much = self._size > 0 and self._size + len(data) > BACKLOG_MAX
            if not self._closing and (self._dropped or too_much):
                self._dropped = True
                return
            self._waiting.append(data)
            self._size += len(data)
            self._changed.notify()

    def close(self) -> None:
        """Take what is written from now on in any case, rather than what waits now."""
        with self._changed:
            self._closing, self._dropped = True, False
            if self._size > _CHUNK:
                self._size -= sum(map(len, self._waiting))
                self._waiting.clear()

    def stop(self) -> None:
        """Write what waits, as long as the terminal takes it, and end the thread."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        end = time.monotonic() + _STOP_MAX
        while self._thread.is_alive() and time.monotonic() < end:
            before = self._written
            self._thread.join(_STALLED)
            if self._written == before:
                break
        if self._thread.is_alive():
            self._gives_up = True
            self._discard_output()
            self._thread.join(_LAST)

    def _discard_output(self) -> None:
        """Make room for the last words, in place of what the terminal did not take."""
        if sys.platform != "win32":
            import termios

            with suppress(termios.error):
                termios.tcflush(self._descriptor, termios.TCOFLUSH)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._stopped:
                        return
                    self._changed.wait()
                data = b"".join(self._waiting)
                self._waiting.clear()
            try:
                self._write_out(memoryview(data))
            except OSError:
                # The terminal is closed.
                self._forget_all()
                return
            with self._changed:
                self._size -= len(data)
                caught_up = self._dropped and not self._waiting
                self._dropped = self._dropped and not caught_up
            if caught_up:
                self._caught_up()

    def _write_out(self, data: memoryview) -> None:
        while data and not self._gives_up:
            try:
                count = os.write(self._descriptor, data[:_CHUNK])
            except BlockingIOError:  # Another program has set it so.
                select.select([], [self._descriptor], [], _STALLED)
                continue
            self._written += count
            data = data[count:]
        self._gives_up = False

    def _forget_all(self) -> None:
        with self._changed:
            self._dropped, self._closing = True, False
            self._waiting.clear()
