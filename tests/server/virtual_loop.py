"""An event loop whose turns and time pass when a test says so."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch


class Handle:
    """Something that is to be called."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback = callback
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class VirtualLoop:
    """As much of an event loop as timers need."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._soon: list[Handle] = []
        self._timers: list[tuple[float, int, Handle]] = []
        self._numbers = itertools.count()

    def time(self) -> float:
        return self._now

    def call_soon(self, callback: Callable[[], None]) -> Handle:
        handle = Handle(callback)
        self._soon.append(handle)
        return handle

    def call_later(self, delay: float, callback: Callable[[], None]) -> Handle:
        return self.call_at(self._now + delay, callback)

    def call_at(self, when: float, callback: Callable[[], None]) -> Handle:
        handle = Handle(callback)
        heapq.heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def turn(self) -> None:
        """Call what was to be called soon, then the timers that are due."""
        due, self._soon = self._soon, []
        while self._timers and self._timers[0][0] <= self._now:
            due.append(heapq.heappop(self._timers)[2])
        for handle in due:
            if not handle.is_cancelled:
                handle.callback()

    def advance(self, seconds: float) -> None:
        """Let time pass: timers go off at their time, and what they want called soon follows."""
        until = self._now + seconds
        self.turn()
        while self._timers and self._timers[0][0] <= until:
            self._now = max(self._now, self._timers[0][0])
            while self._timers and self._timers[0][0] <= self._now:
                handle = heapq.heappop(self._timers)[2]
                if not handle.is_cancelled:
                    handle.callback()
            self.turn()
        self._now = max(self._now, until)

    def pass_time(self, seconds: float) -> None:
        """Let a callback take its time."""
        self._now += seconds

    def pending(self) -> int:
        """Return how much is still to be called."""
        handles = [*self._soon, *(handle for _, _, handle in self._timers)]
        return sum(not handle.is_cancelled for handle in handles)


@contextmanager
def virtual_loop() -> Iterator[VirtualLoop]:
    """Let a virtual loop be the running one."""
    loop = VirtualLoop()
    with patch("asyncio.get_running_loop", lambda: loop):
        yield loop
