"""A child's connection to its parent: it ends when the parent ends it, or is gone."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import BinaryIO, Final

from imtui.server.node.config import BackendConfig
from imtui.server.node.edges.setup import Changes, Ping

READY: Final = "ready"
PROBLEM: Final = "problem"
JOINED: Final = "joined"
CORE: Final = "core"
DRAIN: Final = "drain"
PONG: Final = "pong"


class Control(asyncio.Protocol):
    """Reads standard input: what has changed, and its end."""

    def __init__(self, set_log_level: Callable[[str], None]) -> None:
        """Prepare; ``open`` begins. The level of the log is set with each change."""
        self._set_log_level = set_log_level
        self._changes = Changes()
        self._queue: asyncio.Queue[BackendConfig] = asyncio.Queue()
        self.on_core: Callable[[str], None] = lambda link: None
        """Called with where the core is now."""
        self.ended = asyncio.Event()
        """Set when the child has to end."""

    async def open(self, stream: BinaryIO) -> None:
        """Read on where the setup ended."""
        await asyncio.get_running_loop().connect_read_pipe(lambda: self, stream)

    def data_received(self, data: bytes) -> None:
        """Take what the parent has written."""
        for told in self._changes.feed(data):
            if isinstance(told, Ping):
                _say(PONG, "")
            elif isinstance(told, str):
                self.on_core(told)
            else:
                self._queue.put_nowait(told)

    def connection_lost(self, exc: Exception | None) -> None:
        """End: the parent wants it, or is gone."""
        self.ended.set()

    async def follow(self, adjust: Callable[[BackendConfig], Awaitable[None]]) -> None:
        """Take each change until cancelled."""
        while True:
            changed = await self._queue.get()
            self._set_log_level(changed.log_level)
            await adjust(changed)


def say_joined(key: bytes, number: int) -> None:
    """Tell the parent the key of links, and the first of some numbers for its edges."""
    _say(JOINED, [key.hex(), number])


def say_core(link: str) -> None:
    """Tell the parent where the core of another node is; empty for nowhere."""
    _say(CORE, link)


def say_ready(sdk_app_id: int) -> None:
    """Tell the parent that this child serves."""
    _say(READY, sdk_app_id)


def say_drain() -> None:
    """Tell the parent that an admin wants this node to end."""
    _say(DRAIN, "")


def say_problem(problem: str) -> None:
    """Tell the parent why this child cannot start."""
    _say(PROBLEM, problem)


def _say(what: str, value: str | int | list[str | int]) -> None:
    print(json.dumps({what: value}), flush=True, file=sys.stdout)
