"""The one timer of the backend: what falls due is carried out when it is due."""

import asyncio
from collections.abc import Callable

from imtui.server.clock import Moment
from imtui.server.core.service import IMService


class Sweeper:
    """Sleeps until the core's next deadline, and then lets it carry out what is due."""

    def __init__(
        self, service: IMService, clock: Callable[[], Moment], carry_out: Callable[[], None]
    ) -> None:
        """Start asleep; ``carry_out`` is called after each sweep."""
        self._service = service
        self._clock = clock
        self._carry_out = carry_out
        self._sooner = asyncio.Event()
        self._waits_until: float | None = None

    def look_again(self) -> None:
        """Wake up if a deadline is now earlier than the one that is waited for."""
        due = self._service.next_sweep(self._clock())
        if due is not None and (self._waits_until is None or due < self._waits_until):
            self._sooner.set()

    async def run(self) -> None:
        """Sweep for ever."""
        while True:
            now = self._clock()
            self._waits_until = self._service.next_sweep(now)
            self._sooner.clear()
            if self._waits_until is not None and self._waits_until <= now.monotonic:
                await self._read_what_is_there()
                self._service.sweep(self._clock())
                self._carry_out()
                continue
            wait = None if self._waits_until is None else self._waits_until - now.monotonic
            try:
                async with asyncio.timeout(wait):
                    await self._sooner.wait()
            except TimeoutError:
                continue

    @staticmethod
    async def _read_what_is_there() -> None:
        # A deadline counts only after the input that has already arrived: after the process was
        # stopped, both are due at once. One turn of the loop polls the sockets, the next reads.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
