"""The processes of a run: the backend and the devices, each in its own process group."""

import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from tests.checker.erasures import what_lasts
from tests.checker.processes.backend import web_socket_url
from tests.checker.processes.lines import LINE_MAX, Command, Line, Setup, encode
from tests.checker.processes.proxy import Connect, Proxy, Streams
from tests.server.children import CORE, ROLES, children_of

WITHIN: Final = 30.0
"""The seconds that a process may take to start."""

HEARTBEAT_TIMEOUT: Final = 4.0
RETURN_WITHIN: Final = 7.5
"""The seconds that devices may take to come back, with edges: a tenth of what they have."""
LINK: Final = "IMTUI_CHECKER_LINK"
"""The environment variable that says where the edges connect to."""
_LOOK_AGAIN: Final = 0.05

_ROOT: Final = Path(__file__).parents[3]


class Died(Exception):
    """A process ended before it answered."""


class Worker:
    """A process that can be killed, suspended and started again."""

    def __init__(self, name: str, log: Path) -> None:
        """Prepare the process; its standard error is appended to ``log``."""
        self.name = name
        self.busy = asyncio.Lock()
        """Held by a fault while it has the process killed or suspended."""
        self._log = log
        self._process: Process | None = None

    async def kill(self) -> None:
        """Kill the process with its group, and wait until it is gone."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    def pause(self) -> None:
        """Suspend the process."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Resume the process."""
        self._signal(signal.SIGCONT)

    async def _spawn(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> Process:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, *arguments),
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                cwd=_ROOT,
                env=os.environ
                | {"HOME": str(self._log.parent), "XDG_STATE_HOME": ""}
                | dict(environment or {}),
                limit=LINE_MAX,
                start_new_session=True,
            )
        return self._process

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)


def signal_to(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process, unless it has ended."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


class Server(Worker):
    """An ``imtui serve`` process, always with the same port and folder."""

    def __init__(self, folder: Path, rng: random.Random, edges: int = 0) -> None:
        """Prepare the process; ``folder`` holds its data and its log."""
        super().__init__("backend", folder / "backend.log")
        self.links = [Proxy(rng)] if edges else []
        """What the edges connect to, instead of to the core."""
        self.data = folder / "backend"
        self.port = 0
        self._edges = edges
        self._command = ("tests.checker.processes.serve",) if edges else ("imtui", "serve")
        self._sockets = Path(tempfile.mkdtemp(prefix="links-"))
        """The path of a Unix socket is short, and that of ``folder`` may be long."""

    @property
    def url(self) -> str:
        """Return where clients find it."""
        return web_socket_url([self.port])

    @property
    def connects(self) -> list[Connect]:
        """Return what connects to it as a client."""
        return [self._connect]

    async def start(self) -> None:
        """Start the process, and wait until it is ready."""
        link = self._sockets / "edges.sock"
        if self.links and not link.exists():
            await self.links[0].start_at(link, self._connect_to_core)
        process = await self._spawn(
            *("-m", *self._command, "--data", str(self.data), "--port", str(self.port)),
            *("--rest-port", "0", "--heartbeat-timeout", str(HEARTBEAT_TIMEOUT)),
            *("--edges", str(self._edges)),
            environment={"TMPDIR": str(self._sockets), LINK: str(link)},
        )
        assert process.stdout is not None
        async with asyncio.timeout(WITHIN):
            ready = await process.stdout.readline()
        if not ready:
            raise Died(f"The backend did not start; see {self._log}.")
        self.port = int(msgspec.json.decode(ready)["ws"].rpartition(":")[2])

    async def kill(self) -> None:
        """Kill the process, and those that it has started."""
        await super().kill()
        if self._edges:
            while pids := [pid for role in ROLES for pid in self.children(role)]:
                for pid in pids:
                    signal_to(pid, signal.SIGKILL)
                await asyncio.sleep(_LOOK_AGAIN)

    async def remove(self) -> None:
        """Kill the processes, and remove the folder of their links."""
        await self.kill()
        for links in self.links:
            await links.stop()
        shutil.rmtree(self._sockets, ignore_errors=True)

    async def what_lasts(self, marks: Collection[str]) -> list[str]:
        """Return a line for each mark that is in a file of its data; takes its time."""
        return await asyncio.to_thread(what_lasts, self.data, marks)

    def children(self, role: str) -> list[int]:
        """Return the processes of the core, or of the edges."""
        return children_of(self.data)[role]

    async def until_replaced(self, role: str, pid: int) -> None:
        """Wait until another process has taken the place of a child."""
        count = 1 if role == CORE else self._edges
        async with asyncio.timeout(WITHIN):
            while True:
                pids = self.children(role)
                if len(pids) == count and pid not in pids:
                    return
                await asyncio.sleep(_LOOK_AGAIN)

    async def _connect(self) -> Streams:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def _connect_to_core(self) -> Streams:
        # A parent that was killed leaves its own behind.
        cores = sorted(self._sockets.glob("*/link.sock"), key=lambda path: path.stat().st_mtime)
        if not cores:
            raise FileNotFoundError(self._sockets)
        return await asyncio.open_unix_connection(str(cores[-1]))


class Device(Worker):
    """A client process, always with the same account, instance ID and storage."""

    def __init__(
        self, setup: Setup, peers: list[str], log: Path, on_line: Callable[["Device", Line], None]
    ) -> None:
        """Prepare the process.

        Args:
            setup: The identity of the device.
            peers: The users that it talks to.
            log: The file for its standard error.
            on_line: Called with each event that it reports.
        """
        super().__init__(setup.instance_id, log)
        self.user_id = setup.user_id
        self.life = 0
        """The number of starts so far."""
        self.under_way = 0
        """The number of operations in progress."""
        self._arguments = (msgspec.json.encode(setup).decode(), *peers)
        self._on_line = on_line
        self._answers: dict[int, asyncio.Future[Line]] = {}
        self._commands = 0
        self._began = asyncio.Event()
        self._online = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the process, and wait until messages can be queued."""
        self._began.clear()
        self._online.clear()
        process = await self._spawn("-m", "tests.checker.processes.client", *self._arguments)
        self.life += 1
        assert process.stdout is not None
        self._reader = asyncio.create_task(self._read(process.stdout))
        async with asyncio.timeout(WITHIN):
            await self._began.wait()

    async def kill(self) -> None:
        """Kill the process, and read the lines that it wrote until then."""
        self._began.clear()
        await super().kill()
        if self._reader is not None:
            await self._reader

    @property
    def is_up(self) -> bool:
        """Tell whether the process accepts commands."""
        return self._began.is_set()

    async def until_up(self) -> None:
        """Wait until the process accepts commands."""
        await self._began.wait()

    async def until_online(self) -> None:
        """Wait until the process has connected since its last start."""
        await self._online.wait()

    async def ask(self, name: str, **fields: object) -> Line:
        """Send a command to the process, and return the answer.

        Raises:
            Died: The process was killed before it answered.
        """
        process = self._process
        if process is None or process.stdin is None or not self.is_up:
            raise Died(self.name)
        self._commands += 1
        number = self._commands
        command = msgspec.convert({"number": number, "name": name} | fields, Command)
        answer: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            with suppress(OSError):
                process.stdin.write(encode(command))
                await process.stdin.drain()
            return await answer
        finally:
            del self._answers[number]

    async def _read(self, stdout: asyncio.StreamReader) -> None:
        # Ignore an unfinished last line: the process died while it wrote it.
        while (line := await stdout.readline()).endswith(b"\n"):
            self._take(msgspec.json.decode(line, type=Line))
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(Died(self.name))

    def _take(self, line: Line) -> None:
        if line.event == "answer":
            answer = self._answers.get(line.number)
            if answer is not None and not answer.done():
                answer.set_result(line)
        elif line.event == "began":
            self._began.set()
        else:
            if line.event == "online":
                self._online.set()
            self._on_line(self, line)
