"""A bounded line of callbacks that wait for one another."""

import asyncio
from collections import deque

from imtui.server.webhook.receiver import Letter


class Lane:
    """Letters to be sent one after the other, the oldest first."""

    def __init__(self, most: int, most_bytes: int) -> None:
        """Start empty.

        Args:
            most: How many may wait.
            most_bytes: How large they may be together.
        """
        self._most = most
        self._most_bytes = most_bytes
        self._waiting: deque[Letter] = deque()
        self._bytes = 0
        self._changed = asyncio.Event()
        self._is_closed = False

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    def put(self, letter: Letter) -> list[Letter]:
        """Add a letter, and return the oldest ones that had to go for it."""
        self._waiting.append(letter)
        self._bytes += len(letter.content)
        self._changed.set()
        gone: list[Letter] = []
        while len(self._waiting) > self._most or self._bytes > self._most_bytes:
            gone.append(self._take())
        return gone

    def close(self) -> None:
        """Let ``next`` end once nothing waits any more."""
        self._is_closed = True
        self._changed.set()

    async def next(self) -> Letter | None:
        """Take the oldest letter, waiting for one; None if there will be none."""
        while not self._waiting:
            if self._is_closed:
                return None
            self._changed.clear()
            await self._changed.wait()
        return self._take()

    def take_all(self) -> list[Letter]:
        """Take what still waits."""
        return [self._take() for _ in range(len(self._waiting))]

    def _take(self) -> Letter:
        letter = self._waiting.popleft()
        self._bytes -= len(letter.content)
        return letter
