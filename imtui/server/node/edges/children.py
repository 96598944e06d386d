"""Child processes, as their parent sees them."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from imtui.server.node.data_dir import BackendError
from imtui.server.node.edges.control import PONG, PROBLEM, READY
from imtui.server.node.edges.setup import Ping, Setup, Told, encode

READY_WITHIN: Final = 120.0
"""How long a start may take, in seconds: a migration may be due."""
_ENDED_WITHIN: Final = 15.0
"""How long a child may take to end before it is killed, in seconds."""


class Child:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Wrap a process that was started, and read what it says."""
        self._process = process
        self.on_said: Callable[[str, Any], None] = lambda what, value: None
        """Called with what it says beside its problems."""
        self._problem = "A process of the backend ended as it started."
        self._sdk_app_id: int | None = None
        self._has_begun = asyncio.Event()
        """Set when it serves, or cannot."""
        self._has_answered = asyncio.Event()
        """Set by its answer to a ping, or by its end."""
        self._reading = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        """Return the process ID."""
        return self._process.pid

    async def until_ready(self, *, is_patient: bool = False) -> int:
        """Wait until it serves, and return the SDKAppID.

        Args:
            is_patient: Whether that may take any time, as another node may serve.

        Raises:
            BackendError: It cannot start.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if is_patient else READY_WITHIN):
                await self._has_begun.wait()
        if self._sdk_app_id is None:
            raise BackendError(self._problem)
        return self._sdk_app_id

    def tell(self, told: Told) -> None:
        """Tell it what has changed."""
        self._write(encode(told))

    async def until_answered(self) -> None:
        """Return once it has shown that its event loop turns; also if it does not serve."""
        if self._sdk_app_id is None:
            return
        if not self._reading.done():
            self._has_answered.clear()
            self.tell(Ping.PING)
        await self._has_answered.wait()

    async def until_ended(self) -> int:
        """Wait until it has ended, and return its exit status; negative for a signal."""
        return await self._process.wait()

    async def end(self) -> None:
        """Let it end, and kill it if that takes too long."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ENDED_WITHIN):
                await self._process.wait()
        self.kill()
        await self._process.wait()
        await asyncio.wait((self._reading,))

    def kill(self) -> None:
        """Kill it at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def begin(self, setup: Setup) -> None:
        """Tell it how to begin."""
        self._write(encode(setup))

    async def _read(self) -> None:
        """Take what it says until it has ended."""
        assert self._process.stdout is not None
        while (line := await self._process.stdout.readline()).endswith(b"\n"):
            ((what, value),) = json.loads(line).items()
            if what == PROBLEM:
                self._problem = value
                continue
            if what == PONG:
                self._has_answered.set()
                continue
            if what == READY:
                self._sdk_app_id = int(value)
                self._has_begun.set()
            self.on_said(what, value)
        self._has_begun.set()
        self._has_answered.set()

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        # If it has ended, that is noticed elsewhere.
        with contextlib.suppress(OSError):
            self._process.stdin.write(data)


async def start_child(setup: Setup, data: Path) -> Child:
    """Start a child.

    Args:
        setup: How it begins; it is told on its standard input, as it has secrets.
        data: The data folder, so that a list of processes shows to whom the child belongs.

    Raises:
        BackendError: No process can be started.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "imtui", "serve", "--data", str(data), "--child", setup.role),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=(*setup.ws_fds, *setup.rest_fds, *([setup.link_fd] * (setup.link_fd >= 0))),
            # Signals of the terminal are the parent's.
            start_new_session=True,
        )
    except OSError as error:
        raise BackendError(f"No process can be started: {error.strerror}.") from error
    child = Child(process)
    child.begin(setup)
    return child
