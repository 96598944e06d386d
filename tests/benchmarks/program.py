"""A program on its own pseudo-terminal: its output over time, CPU time and memory."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyte

from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.reports import VARIABLE, Report, parse
from tests.terminal.pty_terminal import lines_of, set_size

SIZE: Final = (120, 40)
ROOT: Final = Path(__file__).parents[2]

_KEPT: Final = ("PATH", "LANG", "LC_ALL")
_HANGS_AFTER: Final = 60.0
_READ_MAX: Final = 65536


class Program:
    """A Python module that runs as a program."""

    def __init__(self, home: Path, module: str, *arguments: object, tree: Path = ROOT) -> None:
        """Start the program.

        Args:
            home: The home folder of the program.
            module: The module.
            arguments: The arguments of the program.
            tree: The source tree of the module.
        """
        self._master, slave = pty.openpty()
        set_size(slave, *SIZE)
        self._pipe, reports = os.pipe()
        os.set_blocking(self._pipe, False)
        # Other variables could prevent bytecode files or add colours.
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment |= {"HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environment[VARIABLE] = str(reports)
        environment["PYTHONPATH"] = str(tree)
        self.output = bytearray()
        """All output so far."""
        self._told = b""
        self.started = time.monotonic()
        self.last_byte = self.started
        """The time of the latest output."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=tree,
            env=environment,
            pass_fds=[reports],
            start_new_session=True,
        )
        os.close(slave)
        os.close(reports)

    def __enter__(self) -> Self:
        """Return the program."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill the program; it has nothing to save."""
        self._process.kill()
        self._process.wait()
        os.close(self._master)
        os.close(self._pipe)

    def send(self, keys: bytes) -> None:
        """Send keys to the program."""
        os.write(self._master, keys)

    def read_until(
        self, deadline: float, enough: Callable[[bytes], bool] = lambda data: False
    ) -> float | None:
        """Read output until a chunk satisfies ``enough``, and return the time of that chunk.

        Returns:
            The time, or None if there was no such chunk before the deadline.
        """
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self._master], [], [], left)[0]:
                return None
            data = self._read()
            if enough(data):
                return self.last_byte
        return None

    def _read(self) -> bytes:
        try:
            data = os.read(self._master, _READ_MAX)
        except OSError:
            shown = self.output[-2000:].decode(errors="replace")
            raise RuntimeError(f"A measured program ended by itself: {shown}") from None
        self.last_byte = time.monotonic()
        self.output += data
        return data

    def wait_for(self, text: str) -> float:
        """Read output until it contains a text, and return the time of that output."""
        wanted = text.encode()
        deadline = time.monotonic() + _HANGS_AFTER
        came = self.last_byte
        if wanted not in self.output:
            found = self.read_until(deadline, lambda data: wanted in self.output)
            if found is None:
                raise RuntimeError(f"{text!r} was not written in {_HANGS_AFTER:.0f} s")
            came = found
        return came

    def wait_until_told(self, what: str) -> None:
        """Read output until the program has sent the report ``what``."""
        deadline = time.monotonic() + _HANGS_AFTER
        while not any(report.what == what for report in self.reports()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{what!r} was not told in {_HANGS_AFTER:.0f} s")
            self.read_until(time.monotonic() + 0.1)

    def settle(self, quiet: float) -> float:
        """Read until there is no output for ``quiet`` seconds, and return the last byte's time."""
        deadline = time.monotonic() + _HANGS_AFTER
        while self.read_until(time.monotonic() + quiet, lambda data: True) is not None:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the screen did not settle in {_HANGS_AFTER:.0f} s")
        return self.last_byte

    def cpu(self) -> float:
        """Return the CPU time of all threads of the program, user and system, in seconds."""
        return cpu_of(self._process.pid)

    def memory(self) -> tuple[float, float]:
        """Return the resident memory now and at its peak, in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        sizes = dict(line.split(":", 1) for line in status.splitlines())
        rss, peak = (int(sizes[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
        return rss, peak

    def reports(self) -> list[Report]:
        """Return the program's reports since the last call."""
        try:
            while data := os.read(self._pipe, _READ_MAX):
                self._told += data
        except BlockingIOError:
            pass
        *lines, self._told = self._told.split(b"\n")
        return [parse(line.decode()) for line in lines]

    def screen(self) -> list[str]:
        """Return the lines on the program's screen."""
        screen = pyte.Screen(*SIZE)
        pyte.ByteStream(screen).feed(bytes(self.output))
        return lines_of(screen)
