"""A real terminal for tests: a pseudo-terminal with a screen behind it."""

import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from fcntl import ioctl
from types import TracebackType
from typing import Any, Self

import pyte

_DEADLINE = 30.0


class Terminal:
    """Runs ``python -m MODULE ARGUMENTS`` in a pseudo-terminal and keeps what it shows."""

    def __init__(self, *command: str, environment: dict[str, str], size: tuple[int, int]) -> None:
        self._command = [sys.executable, "-m", *command]
        self._environment = {**os.environ, "TERM": "xterm-256color", **environment}
        self._environment.pop("TMUX", None)
        self._screen: Any = pyte.Screen(*size)
        self._stream: Any = pyte.ByteStream(self._screen)
        self.size = size
        self.output = bytearray()

    def __enter__(self) -> Self:
        self.master, slave = pty.openpty()
        columns, lines = self.size
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            self._command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._environment,
            start_new_session=True,
            preexec_fn=lambda: ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.slave = slave
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        for descriptor in (self.master, self.slave):
            if descriptor >= 0:
                os.close(descriptor)

    def send(self, data: bytes) -> None:
        """Type bytes."""
        os.write(self.master, data)

    def hang_up(self) -> None:
        """Close the terminal, as when its window is closed."""
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1

    def text(self) -> str:
        """Return what the screen shows."""
        return "\n".join(self._screen.display)

    def until(self, condition: Callable[[], bool]) -> None:
        """Take in output until a condition holds."""
        deadline = time.monotonic() + _DEADLINE
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"Not within {_DEADLINE} s:\n{self.text()}")
            if select.select([self.master], [], [], min(left, 0.2))[0]:
                self._take()

    def shows_after(self, key: bytes, words: str) -> None:
        """Type a key, again and again as input before it may swallow it, until words show."""
        due = 0.0

        def typed() -> bool:
            nonlocal due
            assert self.process.poll() is None, self.text()
            if words not in self.text() and time.monotonic() >= due:
                self.send(key)
                due = time.monotonic() + 0.5
            return words in self.text()

        self.until(typed)

    def shows(self, words: str) -> None:
        """Take in output until the screen shows words."""
        self.until(lambda: words in self.text())

    def ended(self) -> int:
        """Take in output until the program has ended, and return its exit status."""
        self.until(lambda: self.process.poll() is not None)
        while select.select([self.master], [], [], 0)[0]:
            self._take()
        assert self.process.returncode is not None
        return self.process.returncode

    def _take(self) -> None:
        data = os.read(self.master, 65536)
        self.output += data
        self._stream.feed(data)
