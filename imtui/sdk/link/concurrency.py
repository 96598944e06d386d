"""Running several steps until the first one returns a result."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def first_of(*steps: Coroutine[Any, Any, T | None]) -> T:
    """Run the steps concurrently until one returns a result; cancel the others and return it.

    A step that returns None has no result. If several return at once, the first argument counts.
    At least one of them has to return a result.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(step) for step in steps]
        running = set(tasks)
        while True:
            _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done() and (result := task.result()) is not None:
                    for other in running:
                        other.cancel()
                    return result
