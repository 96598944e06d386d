"""Attackers that go on, side by side, until the attack is over."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from tests.attacks.attackers.aim import Tally
from tests.attacks.attackers.wire import ClosedError, Connection

_PAUSE: Final = 0.02
"""The pause after a closed connection, in seconds: a loop of refusals hurts the attacker most."""


async def forever(tally: Tally, count: int, work: Callable[[int], Awaitable[None]]) -> None:
    """Let ``count`` attackers work, each by its number, and start over when they are closed."""
    tally.begin()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(_work(tally, number, work))


async def _work(tally: Tally, number: int, work: Callable[[int], Awaitable[None]]) -> None:
    while True:
        try:
            await work(number)
        except ClosedError as closed:
            tally.counts[f"closed {closed.code}" if closed.code else "closed"] += 1
            await asyncio.sleep(_PAUSE)
        except OSError:
            tally.counts["closed"] += 1
            await asyncio.sleep(_PAUSE)


async def pour(connection: Connection, tally: Tally, next_data: Callable[[], bytes]) -> None:
    """Write as fast as the backend reads, and count its answers.

    Raises:
        ClosedError: The backend closed the connection.
    """

    async def write() -> None:
        while True:
            await connection.write(next_data())
            # A write into an empty buffer does not wait, and others want to write as well.
            await asyncio.sleep(0)

    writing = asyncio.create_task(write())
    try:
        await connection.count_answers(tally)
    finally:
        writing.cancel()
        await asyncio.wait({writing})
