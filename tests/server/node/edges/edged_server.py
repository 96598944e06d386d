"""An ``imtui serve --edges 2`` in processes of its own, and what becomes of them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

from imtui.protocol.usersig import sign
from imtui.sdk import Backoff, IMClient
from imtui.sdk.rest import RestClient
from tests.sdk.recorder import Recorder
from tests.server.children import CORE, EDGE, children_of
from tests.server.served import Served

WITHIN: Final = 60.0
_LOOK_AGAIN: Final = 0.02


async def until(holds: Callable[[], bool]) -> None:
    """Look again and again until something holds."""
    async with asyncio.timeout(WITHIN):
        while True:
            if holds():
                return
            await asyncio.sleep(_LOOK_AGAIN)


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Stop a process for as long as the context lasts."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


class EdgedServer:
    """A backend with two edges."""

    def __init__(self, data: Path, log: Path, served: Served) -> None:
        self.data = data
        self.served = served
        self._log = log

    @property
    def pid(self) -> int:
        """Return the process that has started the others."""
        return self.served.process.pid

    @property
    def log(self) -> str:
        """Return what all its processes have logged."""
        return self._log.read_text()

    @property
    def core(self) -> int:
        """Return the process of the core."""
        (pid,) = children_of(self.data)[CORE]
        return pid

    @property
    def edges(self) -> tuple[int, int]:
        """Return the processes of the edges."""
        first, second = children_of(self.data)[EDGE]
        return first, second

    async def until_logged(self, text: str, times: int = 1) -> None:
        """Wait until the log has a text."""
        await until(lambda: self.log.count(text) >= times)

    async def until_back(self, role: str, *gone: int) -> None:
        """Wait until all children run again, without those that are gone."""

        def is_back() -> bool:
            pids = children_of(self.data)[role]
            return len(pids) == (1 if role == CORE else 2) and not set(gone) & set(pids)

        await until(is_back)

    def sig(self, user_id: str) -> str:
        """Return a UserSig."""
        key = self.served.app_key
        return sign(user_id, key.sdk_app_id, key.secret_key)

    async def rest(self, command: str, **body: Any) -> dict[str, Any]:
        """Call a REST command as the admin."""
        key, admin = self.served.app_key, "administrator"
        client = RestClient(self.served.address.rest, key.sdk_app_id, admin, self.sig(admin))
        answer: dict[str, Any] = await client.call(command, body)
        return answer

    @asynccontextmanager
    async def client(self, user_id: str) -> AsyncIterator[tuple[IMClient, Recorder]]:
        """Log in, and come back whenever the connection ends."""
        recorder, address = Recorder(), self.served.address
        backoff = Backoff(0.02, 0.2)
        async with IMClient(address.ws, address.sdk_app_id, backoff=backoff) as client:
            client.add_im_sdk_listener(recorder)
            await client.login(user_id, self.sig(user_id))
            yield client, recorder


@asynccontextmanager
async def edged_server(folder: Path, *options: str) -> AsyncIterator[EdgedServer]:
    """Run a backend with two edges; no process of it is left."""
    data, log = folder / "data", folder / "backend.log"
    served = await Served.start(data, "--edges", "2", *options, log=log)
    try:
        yield EdgedServer(data, log, served)
    finally:
        if served.process.returncode is None:
            await served.kill(signal.SIGTERM)
        await until(lambda: not any(children_of(data).values()))
