"""Running several steps until the first of them has something to say."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def first_of(*steps: Coroutine[Any, Any, T | None]) -> T:
    """Run the steps side by side until one returns something; cancel the others and return it.

    A step that returns None has merely ended. If several return at once the one named first
    counts. At least one of them has to return something.
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
