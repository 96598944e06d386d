"""A server that runs, and its process."""

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
"""So many seconds a server may take to start, and to end."""


@dataclass(frozen=True)
class Server:
    """A server that is ready."""

    pid: int
    connect: Callable[[str, str], Awaitable[Pair]]
    """Connects two accounts, the first of which sends to the second."""
    connect_clients: Callable[[str, str], Awaitable[Pair]] | None = None
    """The same with what an app uses for it, if that is here."""


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
            # Whatever it still has to say is read, too, as it could not end otherwise.
            await asyncio.wait_for(process.communicate(), WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()
