"""Learning again, after a reconnect, what may have changed meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from imtui.protocol.errors import IMError
from imtui.sdk.failures import is_transient, is_trouble, retry_after

_TRIES: Final = 3
_RETRY_AFTER: Final = 1.0

Step = Callable[[], Awaitable[object]]
"""Asks the backend, or raises an IMError."""


async def resync(steps: Sequence[Step]) -> IMError | None:
    """Run the steps in order, each up to three times; skip one that the backend refuses.

    Returns:
        Why the connection cannot be used any more, if an answer did not come.
    """
    try:
        for step in steps:
            await _attempt(step)
    except IMError as error:
        return error
    return None


async def _attempt(step: Step) -> None:
    for _ in range(_TRIES):
        try:
            await step()
        except IMError as error:
            if is_trouble(error):
                raise
            if not is_transient(error):
                return
            await asyncio.sleep(retry_after(error, _RETRY_AFTER))
        else:
            return
