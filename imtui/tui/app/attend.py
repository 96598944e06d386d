"""Runs the app and its services, and ends both on signals."""

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
    """The way the app ended."""

    failure: str
    """The reason in one line; empty if the person quit."""
    farewell: str
    """A line to print after the person quit; empty for none."""


async def attend(launch: Launch, load_sdk: "Callable[[], Sdk] | None" = None) -> Ending:
    """Run the app and its services, and return how the app ended."""
    logging.getLogger("imtui").addHandler(logging.NullHandler())
    # What is imported lives on; scanning it at each collection would delay keys.
    gc.freeze()
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
    gc.enable()
