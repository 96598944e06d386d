"""A running server and its process."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.load import Pair
from tests.benchmarks.program import ROOT

WITHIN: Final = 30.0
"""The time limit for the start, and for the end, of a server, in seconds."""


@dataclass(frozen=True)
class Server:
    """A running server that is ready for clients."""

    pid: int
    connect: Callable[[str, str], Awaitable[Pair]]
    """Connects bare devices of two accounts; the first account sends to the second."""
    connect_clients: Callable[[str, str], Awaitable[Pair]] | None = None
    """Does the same with clients of the SDK; None if the server has none."""


@asynccontextmanager
async def running(*command: object, log: Path) -> AsyncIterator[Process]:
    """Run a server for as long as the context lasts; its standard error goes to ``log``."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *map(str, command), stdin=DEVNULL, stdout=PIPE, stderr=errors, cwd=ROOT
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            # Read the remaining output, too: a full pipe would keep the server from ending.
            await asyncio.wait_for(process.communicate(), WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()
