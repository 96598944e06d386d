"""The turns of HTTP requests that no admin has signed: one in each turn of the event loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from time import perf_counter
from typing import Final

from imtui.server.edge.turns.turns import Payers, Turns

_WRITING_COST: Final = 300e-6
"""What it costs to write an answer, in seconds."""


class HTTPTurns:
    """Lets requests begin one after the other, each once its payers are out of debt."""

    def __init__(
        self,
        turns: Turns,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        cpu_clock: Callable[[], float] = perf_counter,
    ) -> None:
        """Start with nobody waiting.

        Args:
            turns: Know the debts of those who pay, and charge them.
            sleep: Waits for so many seconds.
            cpu_clock: Returns the CPU time that was used, in seconds; only differences count.
        """
        self._turns = turns
        self._sleep = sleep
        self._cpu_clock = cpu_clock
        # Whoever waits for it goes on in the next turn of the event loop.
        self._one = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def turn(self, payers: Payers) -> AsyncIterator[None]:
        """Wait for a turn; the payers pay for what is done in it, which must not take long."""
        now = asyncio.get_running_loop().time
        while True:
            while (debt := self._turns.debt(payers, now())) > 0:
                await self._sleep(debt)
            async with self._one:
                # Others may have had their turns at the cost of the same payers.
                if self._turns.debt(payers, now()) > 0:
                    continue
                began = self._cpu_clock()
                try:
                    yield
                finally:
                    cost = self._cpu_clock() - began + _WRITING_COST
                    self._turns.charge(payers, cost)
                return
