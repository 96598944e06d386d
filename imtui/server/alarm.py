"""A timer that sleeps until something is due."""

import asyncio
from collections.abc import Callable

from imtui.server.instant import Instant


class Alarm:
    """Sleeps until the next deadline, then calls a function."""

    def __init__(
        self,
        clock: Callable[[], Instant],
        next_due: Callable[[Instant], float | None],
        on_due: Callable[[], None],
    ) -> None:
        """Start asleep.

        Args:
            clock: Returns the current time.
            next_due: Returns the next deadline, in monotonic seconds; None without a deadline.
            on_due: Called when a deadline has passed.
        """
        self._clock = clock
        self._next_due = next_due
        self._on_due = on_due
        self._sooner = asyncio.Event()
        self._waits_until: float | None = None

    def look_again(self) -> None:
        """Wake up if the next deadline is now earlier than the one that the alarm waits for."""
        due = self._next_due(self._clock())
        if due is not None and (self._waits_until is None or due < self._waits_until):
            self._sooner.set()

    async def run(self) -> None:
        """Wait for deadlines until cancelled."""
        while True:
            now = self._clock()
            self._waits_until = self._next_due(now)
            self._sooner.clear()
            if self._waits_until is not None and self._waits_until <= now.monotonic:
                await self._let_input_arrive()
                self._on_due()
                continue
            wait = None if self._waits_until is None else self._waits_until - now.monotonic
            try:
                async with asyncio.timeout(wait):
                    await self._sooner.wait()
            except TimeoutError:
                continue

    @staticmethod
    async def _let_input_arrive() -> None:
        # When a suspended process resumes, input that has arrived has to count before deadlines
        # that have passed. One turn of the loop polls the sockets, the next one reads them.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
