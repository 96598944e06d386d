"""The parts of a backend that run beside each other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Coroutine
from typing import Any


async def until_either(*awaited: Awaitable[Any]) -> set[asyncio.Future[Any]]:
    """Wait until one of several things is done, and cancel the others.

    Raise the error of what has failed; otherwise return what was done, as futures.
    """
    futures: list[asyncio.Future[Any]] = [asyncio.ensure_future(one) for one in awaited]
    try:
        done, _ = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        for future in futures:
            if future in done:
                future.result()
        return done
    finally:
        for future in futures:
            future.cancel()
        await asyncio.wait(futures)


class Parts:
    """Tasks that run until the backend ends; if one ends before, that is a failure."""

    def __init__(self, stack: contextlib.AsyncExitStack) -> None:
        """Start without parts; ``stack`` ends them, the last one first."""
        self._stack = stack
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, part: Coroutine[None, None, None]) -> None:
        """Run a part, which is cancelled at the end."""
        self._tasks.add(await self._stack.enter_async_context(_running(part)))

    async def run_aside(self, part: Coroutine[None, None, None]) -> None:
        """Run something that may end before, and is cancelled at the end."""
        await self._stack.enter_async_context(_running(part))

    def watch(self, task: asyncio.Task[None]) -> None:
        """Take a part that somebody else ends."""
        self._tasks.add(task)

    async def wait_failed(self) -> None:
        """Wait until a part fails, and raise its error."""
        ended, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for part in ended:
            part.result()
        raise RuntimeError("a part of the backend stopped unexpectedly")


@contextlib.asynccontextmanager
async def _running(
    coroutine: Coroutine[None, None, None],
) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(coroutine)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
