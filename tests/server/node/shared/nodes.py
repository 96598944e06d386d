"""Nodes in processes of their own, which share a database in a real PostgreSQL."""

import asyncio
import os
import signal
import socket
import sys
from asyncio import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import msgspec

from imtui.protocol.usersig import sign
from imtui.sdk import Backoff, IMClient
from imtui.server.node.data_dir import DataDir
from imtui.server.node.shared.store import STANDS_BY
from tests.sdk.recorder import Recorder
from tests.server.children import ROLES, children_of
from tests.server.node.edges.edged_server import WITHIN, stopped, until

LINKED = ("--link", "127.0.0.1:0")
"""The options of a node whose core edges of others reach."""


class Node:
    """One ``imtui serve --database``."""

    def __init__(self, folder: Path, name: str, dsn: str, *options: str) -> None:
        self._options = options
        self.name = name
        self.data = folder / name
        self._log = folder / f"{name}.log"
        self._dsn = dsn
        self.port = _free_port()
        self.url = f"ws://127.0.0.1:{self.port}"
        self.checkout: Path | None = None
        """Where the source of its imtui is; None for this one."""
        self.environment: dict[str, str] = {}
        """What is added to the environment of its processes."""
        self._process: subprocess.Process | None = None

    @property
    def log(self) -> str:
        """Return what its processes have logged."""
        return self._log.read_text()

    async def start(self) -> None:
        """Start it; it serves, or stands by."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "imtui", "serve", "--data", str(self.data)),
                *("--port", str(self.port), "--rest-port", "0", "--database", self._dsn),
                *self._options,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.checkout,
                env=os.environ | self.environment,
            )

    async def until_ready(self) -> None:
        """Wait until it serves."""
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(WITHIN):
            line = await self._process.stdout.readline()
        assert msgspec.json.decode(line)["event"] == "ready"

    async def until_logged(self, text: str, times: int = 1) -> None:
        """Wait until its log has a text."""
        await until(lambda: self.log.count(text) >= times)

    async def end(self) -> int:
        """End it by SIGTERM, and return its exit status."""
        assert self._process is not None
        self._process.terminate()
        return await self.ended()

    async def ended(self) -> int:
        """Wait until it has ended, and return its exit status."""
        assert self._process is not None
        async with asyncio.timeout(WITHIN):
            return await self._process.wait()

    async def admin(self, *words: str) -> str:
        """Run a command of an admin at this node; return what it prints."""
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "imtui", *words, "--data", str(self.data)),
            stdout=subprocess.PIPE,
        )
        printed, _ = await command.communicate()
        assert command.returncode == 0
        return printed.decode()

    async def kill(self) -> None:
        """Kill all its processes at once."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            await self._process.wait()

    async def kill_child(self, role: str) -> None:
        """Kill one of its processes, which its parent starts again."""
        pid = children_of(self.data)[role][0]
        os.kill(pid, signal.SIGKILL)
        await until(lambda: pid not in children_of(self.data)[role])

    @contextmanager
    def stopped(self, role: str) -> Iterator[None]:
        """Stop some of its processes for as long as the context lasts."""
        with ExitStack() as stack:
            for pid in children_of(self.data)[role]:
                stack.enter_context(stopped(pid))
            yield

    def _signal(self, number: signal.Signals) -> None:
        children = children_of(self.data)
        pids = [pid for role in ROLES for pid in children[role]]
        if self._process is not None and self._process.returncode is None:
            # First, so that it does not start the others again.
            pids.insert(0, self._process.pid)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


class Nodes:
    """Some nodes, and clients that know all of them."""

    def __init__(self, nodes: list[Node]) -> None:
        self.all = nodes

    def sig(self, user_id: str) -> str:
        """Return a UserSig."""
        key = DataDir(self.all[0].data).app_key()
        return sign(user_id, key.sdk_app_id, key.secret_key)

    @asynccontextmanager
    async def client(self, user_id: str, *at: Node) -> AsyncIterator[tuple[IMClient, Recorder]]:
        """Log in at one of some nodes, by default any, and come back whenever that ends."""
        recorder, key = Recorder(), DataDir(self.all[0].data).app_key()
        urls = [node.url for node in at or self.all]
        async with IMClient(urls, key.sdk_app_id, backoff=Backoff(0.05, 0.4)) as client:
            client.add_im_sdk_listener(recorder)
            await client.login(user_id, self.sig(user_id))
            yield client, recorder


@asynccontextmanager
async def nodes(folder: Path, dsn: str, count: int, *options: str) -> AsyncIterator[Nodes]:
    """Run some nodes, of which the first has the core; no process of them is left."""
    made = [_named(folder, f"node{number}", dsn, *options) for number in range(count)]
    try:
        await made[0].start()
        await made[0].until_ready()
        for node in made[1:]:
            await node.start()
            await node.until_logged(STANDS_BY)
        yield Nodes(made)
    finally:
        for node in made:
            await node.kill()


def _named(folder: Path, name: str, dsn: str, *options: str) -> Node:
    return Node(folder, name, dsn, "--node-name", name, *options)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
