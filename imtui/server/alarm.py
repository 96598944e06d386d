"""A timer that sleeps until something is due."""

import asyncio
from collections.abc import Callable

from imtui.server.instant import Instant


class Alarm:
    """Sleeps until the next deadline, and then has what is due carried out."""

    def __init__(
        self,
        clock: Callable[[], Instant],
        next_due: Callable[[Instant], float | None],
        carry_out: Callable[[], None],
    ) -> None:
        """Start asleep.

        Args:
            clock: The present.
            next_due: Returns the next deadline, in monotonic seconds; None if there is none.
            carry_out: Called when a deadline has passed.
        """
        self._clock = clock
        self._next_due = next_due
        self._carry_out = carry_out
        self._sooner = asyncio.Event()
        self._waits_until: float | None = None

    def look_again(self) -> None:
        """Wake up if a deadline is now earlier than the one that is waited for."""
        due = self._next_due(self._clock())
        if due is not None and (self._waits_until is None or due < self._waits_until):
            self._sooner.set()

    async def run(self) -> None:
        """Wait for deadlines for ever."""
        while True:
            now = self._clock()
            self._waits_until = self._next_due(now)
            self._sooner.clear()
            if self._waits_until is not None and self._waits_until <= now.monotonic:
                await self._read_what_is_there()
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
