"""A terminal emulator for tests: a program on a pty, and a screen with its output."""

import asyncio
import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pyte

SHOWN_WITHIN = 60.0
TYPED_AGAIN_AFTER = 2.0


class Terminal:
    """A program on its own terminal."""

    def __init__(self, process: Process, master: int, slave: int, size: tuple[int, int]) -> None:
        self.process = process
        self.output = bytearray()
        """All output of the program."""
        self._master = master
        self._slave = slave
        self.settings_before = self.settings
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._written = asyncio.Event()

    @property
    def text(self) -> str:
        """Return the text of the screen."""
        return "\n".join(line.rstrip() for line in lines_of(self._screen))

    @property
    def settings(self) -> list[Any]:
        """Return the settings of the terminal: echo, line mode and so on."""
        return termios.tcgetattr(self._slave)

    def send(self, keys: str | bytes) -> None:
        """Type keys."""
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal's window."""
        self._screen.resize(rows, columns)
        set_size(self._master, columns, rows)
        self.process.send_signal(signal.SIGWINCH)

    def scribble(self, text: str) -> None:
        """Write a text to each line of the screen, as another program might."""
        # Not through the stream, because the program may have written half a sequence.
        for row in range(self._screen.lines):
            self._screen.cursor_position(row + 1)
            self._screen.draw(text)

    async def shows(self, *texts: str) -> None:
        """Wait until the screen shows all these texts."""
        await self.until(lambda: all(text in self.text for text in texts), f"to show {texts}")

    async def shows_not(self, text: str) -> None:
        """Wait until the screen no longer shows a text."""
        await self.until(lambda: text not in self.text, f"not to show {text!r}")

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until a condition holds; ``what`` describes it."""
        try:
            async with asyncio.timeout(SHOWN_WITHIN):
                while not holds():
                    self._written.clear()
                    await self._written.wait()
        except TimeoutError:
            raise AssertionError(f"waited for the screen {what}:\n{self.text}") from None

    async def ended(self) -> int:
        """Wait until the program has ended, and return its exit status."""
        async with asyncio.timeout(SHOWN_WITHIN):
            status = await self.process.wait()
        while self._master >= 0 and select.select([self._master], [], [], 0)[0]:
            self.read()
        return status

    async def shows_after(self, key: str, text: str) -> None:
        """Type a key until a text shows; earlier input may swallow the first try."""
        while text not in self.text:
            assert self.process.returncode is None, self.text
            self.send(key)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TYPED_AGAIN_AFTER):
                    await self.shows(text)

    def stall(self) -> None:
        """Take nothing more of what the program writes."""
        asyncio.get_running_loop().remove_reader(self._master)

    def go_on(self) -> None:
        """Take again what the program writes."""
        asyncio.get_running_loop().add_reader(self._master, self.read)

    def hang_up(self) -> None:
        """Close the terminal, as closing its window does."""
        if self._master >= 0:
            asyncio.get_running_loop().remove_reader(self._master)
            os.close(self._slave)
            os.close(self._master)
            self._master = -1

    def read(self) -> None:
        """Read the program's output and update the screen."""
        data = os.read(self._master, 65536)
        self.output += data
        self._stream.feed(data)
        self._written.set()

    async def close(self) -> None:
        """Close the terminal, and kill the program if it still runs."""
        self.hang_up()
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


def set_size(descriptor: int, columns: int, rows: int) -> None:
    """Set the size of a terminal."""
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def lines_of(screen: pyte.Screen) -> list[str]:
    """Return the lines of a screen.

    ``screen.display`` fails once a wide character has lost its first half.
    """
    columns = range(screen.columns)
    return ["".join(screen.buffer[y][x].data for x in columns) for y in range(screen.lines)]


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@asynccontextmanager
async def terminal(
    command: Sequence[str], env: Mapping[str, str], size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Terminal]:
    """Start a program on a new terminal; ``size`` is its columns and rows."""
    master, slave = pty.openpty()
    set_size(slave, *size)
    # Pytest's workers set the size of a terminal that they do not have.
    kept = {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        start_new_session=True,
        preexec_fn=_take_terminal,
    )
    shown = Terminal(process, master, slave, size)
    asyncio.get_running_loop().add_reader(master, shown.read)
    try:
        yield shown
    finally:
        await shown.close()
