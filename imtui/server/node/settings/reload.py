"""Reads the settings again while the backend runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from imtui.server.node.settings.file import SettingsError, SettingsSource
from imtui.server.node.settings.settings import NodeSettings, reloaded

_log: Final = logging.getLogger(__name__)


class Reloader:
    """Reads the settings of a running backend again."""

    def __init__(
        self,
        source: SettingsSource,
        running: NodeSettings,
        adjust: Callable[[NodeSettings], Awaitable[None]],
    ) -> None:
        """Read nothing yet.

        Args:
            source: Where the settings come from.
            running: The settings with which the backend was started.
            adjust: Lets the backend take what can change while it runs.
        """
        self._source = source
        self._running = running
        self._adjust = adjust

    async def run(
        self,
        asked: asyncio.Event,
        reloading: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Read the settings whenever an event, which is cleared, was set; never return.

        Args:
            asked: The event.
            reloading: Makes the context in which they are read and taken.
        """
        while True:
            await asked.wait()
            asked.clear()
            with reloading():
                await self.reload()

    async def reload(self) -> None:
        """Read the settings, take what can change, and log what has changed and what cannot."""
        try:
            wanted = await asyncio.to_thread(self._source.read)
        except SettingsError as error:
            for problem in error.problems:
                _log.error("%s", problem)
            _log.error("The settings stay as they were")
            return
        result = reloaded(self._running, wanted)
        self._running = result.settings
        await self._adjust(self._running)
        if result.taken:
            _log.warning("The settings have changed: %s", "; ".join(result.taken))
        if result.refused:
            _log.warning("A restart is needed to change %s", ", ".join(result.refused))
        if not result.taken and not result.refused:
            _log.info("The settings have not changed")
