"""Runs the app and its session in this process, and ends both on signals."""

import asyncio
import gc
import logging
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from msgspec import Struct

from imtui.tui.app.app import ImtuiApp
from imtui.tui.kit.terminal import exit_on_signals
from imtui.tui.model.launch import Launch

if TYPE_CHECKING:
    from imtui.tui.services.sdk import Sdk


class Ending(Struct, frozen=True):
    """How the app ended."""

    failure: str
    """Why, in one line, if it was not the person who left."""
    farewell: str
    """What the person should know who left, in one line; empty if nothing."""


async def attend(launch: Launch, load_sdk: "Callable[[], Sdk] | None" = None) -> Ending:
    """Run the app and its session together, and return how it ended."""
    logging.getLogger("imtui").addHandler(logging.NullHandler())
    app = ImtuiApp(launch, load_sdk=load_sdk)
    with ExitStack() as stack:
        exit_on_signals(app.leave, stack)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_collect_garbage_from(app.first_frame)),
                group.create_task(app.live()),
            ]
            try:
                await app.run_async()
            finally:
                for task in tasks:
                    task.cancel()
    return Ending(app.failure, app.farewell)


async def _collect_garbage_from(first_frame: asyncio.Event) -> None:
    await first_frame.wait()
    # What is there by now stays; looking through it again and again would hold up the keys.
    gc.freeze()
    gc.enable()
