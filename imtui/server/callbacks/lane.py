"""A bounded queue of callbacks that are sent one after the other."""

import asyncio
from collections import deque

from imtui.server.webhook.receiver import CallbackRequest


class Lane:
    """Callbacks that wait to be sent, the oldest first."""

    def __init__(self, most: int, most_bytes: int) -> None:
        """Start empty.

        Args:
            most: How many callbacks may wait.
            most_bytes: The most bytes that they may have together.
        """
        self._most = most
        self._most_bytes = most_bytes
        self._waiting: deque[CallbackRequest] = deque()
        self._bytes = 0
        self._changed = asyncio.Event()
        self._is_closed = False

    def __len__(self) -> int:
        """Return how many callbacks wait."""
        return len(self._waiting)

    def put(self, request: CallbackRequest) -> list[CallbackRequest]:
        """Add a callback, and return the oldest ones, which were dropped to make room."""
        self._waiting.append(request)
        self._bytes += len(request.content)
        self._changed.set()
        dropped: list[CallbackRequest] = []
        while len(self._waiting) > self._most or self._bytes > self._most_bytes:
            dropped.append(self._take())
        return dropped

    def close(self) -> None:
        """Let ``next`` return None once the lane is empty."""
        self._is_closed = True
        self._changed.set()

    async def next(self) -> CallbackRequest | None:
        """Wait for the oldest callback and take it; None once the lane is closed and empty."""
        while not self._waiting:
            if self._is_closed:
                return None
            self._changed.clear()
            await self._changed.wait()
        return self._take()

    def take_all(self) -> list[CallbackRequest]:
        """Take all callbacks that still wait."""
        return [self._take() for _ in range(len(self._waiting))]

    def _take(self) -> CallbackRequest:
        request = self._waiting.popleft()
        self._bytes -= len(request.content)
        return request
