"""Turns of accounts in asking the app's own server."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from imtui.protocol.errors import ErrorCode, IMError

AT_ONCE: Final = 32
"""How many callbacks are asked at once."""
WAITING_MAX: Final = 8
"""How many callbacks of one account wait for their turn."""
RESERVED: Final = 8
"""How many places are kept for accounts that have no callback under way."""

_RETRY_AFTER_MS: Final = 1000


class Turns:
    """Admits a few callbacks at once; the account with the fewest under way is next.

    Among equals it is the account that has waited longest since it came or since its last turn.
    A few places are only for accounts with nothing under way, so that those that send much
    rarely hold up the others.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        waiting_max: int = WAITING_MAX,
        reserved: int = RESERVED,
    ) -> None:
        """Start with nothing under way.

        Args:
            at_once: How many callbacks are asked at once.
            waiting_max: How many callbacks of one account wait.
            reserved: How many places are kept for accounts that have nothing under way.
        """
        self._free = at_once
        self._waiting_max = waiting_max
        self._reserved = reserved
        self._asking: Counter[str] = Counter()
        """How many callbacks of each account are under way."""
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._order: dict[int, dict[str, None]] = {}
        """The accounts that wait, in order, by how many of their callbacks are under way."""

    @asynccontextmanager
    async def take(self, user_id: str) -> AsyncIterator[None]:
        """Wait for a turn, which lasts until the end of the context.

        Raises:
            IMError: 7008 if too many callbacks of the account wait already.
        """
        if self._has_place(self._asking[user_id]):
            self._begin(user_id)
        else:
            await self._wait(user_id)
        try:
            yield
        finally:
            self._end(user_id)

    async def _wait(self, user_id: str) -> None:
        waiting = self._waiting.setdefault(user_id, deque())
        if len(waiting) >= self._waiting_max:
            raise IMError(
                ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT,
                f"{self._waiting_max} requests of this account wait already; try again.",
                {"retryAfterMs": _RETRY_AFTER_MS},
            )
        turn = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        if len(waiting) == 1:
            self._enqueue(user_id)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                # The turn came just before the cancellation.
                self._end(user_id)
            elif turn in waiting:
                waiting.remove(turn)
                if not waiting:
                    self._dequeue(user_id)
                    del self._waiting[user_id]
            raise

    def _begin(self, user_id: str) -> None:
        self._free -= 1
        self._asking[user_id] += 1

    def _end(self, user_id: str) -> None:
        waits = user_id in self._waiting
        if waits:
            self._dequeue(user_id)
        self._free += 1
        self._asking[user_id] -= 1
        if not self._asking[user_id]:
            del self._asking[user_id]
        if waits:
            self._enqueue(user_id)
        self._admit()

    def _has_place(self, under_way: int) -> bool:
        """Tell whether an account with so many callbacks under way may begin another."""
        return self._free > (self._reserved if under_way else 0)

    def _admit(self) -> None:
        """Give the free places to the next accounts that wait."""
        while self._order and self._has_place(min(self._order)):
            user_id = next(iter(self._order[min(self._order)]))
            self._dequeue(user_id)
            waiting = self._waiting[user_id]
            turn = waiting.popleft()
            # A task that was cancelled may not have run since.
            if not turn.cancelled():
                self._begin(user_id)
                turn.set_result(None)
            if waiting:
                self._enqueue(user_id)
            else:
                del self._waiting[user_id]

    def _enqueue(self, user_id: str) -> None:
        self._order.setdefault(self._asking[user_id], {})[user_id] = None

    def _dequeue(self, user_id: str) -> None:
        count = self._asking[user_id]
        del self._order[count][user_id]
        if not self._order[count]:
            del self._order[count]
