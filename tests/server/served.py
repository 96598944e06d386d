"""An ``imtui serve`` in a process of its own, as far as a wire needs it."""

import asyncio
import os
import signal
import sys
from asyncio import subprocess
from contextlib import ExitStack
from pathlib import Path

import msgspec

from imtui.server.node.data_dir import DataDir


class Served:
    """A backend in a process of its own."""

    def __init__(self, process: subprocess.Process, data: Path) -> None:
        self.process = process
        self.address = DataDir(data).address()
        self.app_key = DataDir(data).app_key()

    @classmethod
    async def start(cls, data: Path, *options: str, log: Path | None = None) -> "Served":
        """Start it, and wait until it is ready; its standard error is appended to ``log``."""
        with ExitStack() as stack:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "imtui", "serve", "--port", "0", "--rest-port", "0"),
                *("--data", str(data), *options),
                stdout=subprocess.PIPE,
                stderr=None if log is None else stack.enter_context(log.open("ab")),
            )
        assert process.stdout is not None
        assert msgspec.json.decode(await process.stdout.readline())["event"] == "ready"
        return cls(process, data)

    async def kill(self, number: int = signal.SIGKILL) -> None:
        """End it by a signal."""
        os.kill(self.process.pid, number)
        await self.process.wait()
