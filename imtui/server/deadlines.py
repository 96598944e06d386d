"""A queue of deadlines."""

import heapq
from collections.abc import Hashable
from math import inf
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Deadlines(Generic[K]):
    """One deadline for each key, the earliest first.

    A heap with lazy removal: a superseded entry is dropped when it reaches the top.
    """

    def __init__(self) -> None:
        """Start without deadlines."""
        self._due: dict[K, float] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._count = 0

    def __contains__(self, key: K) -> bool:
        """Tell whether ``key`` has a deadline."""
        return key in self._due

    def set(self, key: K, due: float) -> None:
        """Set the deadline of ``key``, in place of an earlier one."""
        if self._due.get(key) == due:
            return
        self._due[key] = due
        self._count += 1
        heapq.heappush(self._heap, (due, self._count, key))
        # Otherwise keys that are often set again would fill the memory with superseded entries.
        if len(self._heap) > 2 * len(self._due) + 64:
            self._rebuild()

    def cancel(self, key: K) -> None:
        """Remove the deadline of ``key``, if it has one."""
        self._due.pop(key, None)

    def next_due(self) -> float | None:
        """Return the earliest deadline, or None if there is none."""
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: float, most: float = inf) -> list[K]:
        """Remove and return the keys that are due, the earliest first, but not more than ``most``.

        Those that are left stay due.
        """
        keys: list[K] = []
        while len(keys) < most and (due := self.next_due()) is not None and due <= now:
            key = heapq.heappop(self._heap)[2]
            del self._due[key]
            keys.append(key)
        return keys

    def _rebuild(self) -> None:
        self._heap = [(due, index, key) for index, (key, due) in enumerate(self._due.items())]
        heapq.heapify(self._heap)
        self._count = len(self._heap)
