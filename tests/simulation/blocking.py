"""Processes that wait for a call, as the core does for the database, while others go on."""

import threading
from random import Random
from typing import Final

from tests.simulation.virtual_time import Process, World, exact

_SKEW_MAX: Final = 500.0


class KilledError(BaseException):
    """The process was killed while it waited; nothing may catch it."""


class BlockingProcess(Process):
    """A process whose turns run in a thread of its own, so that they can be left half-done.

    One thread at a time runs, so that a seed still says all that happens.
    """

    def __init__(self, world: World, name: str, wall_skew_max: float) -> None:
        """Start, with clocks that are wrong by some time."""
        random: Random = world.random
        super().__init__(
            world,
            name,
            skew=random.uniform(-_SKEW_MAX, _SKEW_MAX),
            wall_skew=random.uniform(-wall_skew_max, wall_skew_max),
        )
        self._blocked_until: float | None = None
        self._is_over = False
        self._turn_begins, self._turn_ends = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._take_turns, name=name, daemon=True)
        self._thread.start()

    def block(self, seconds: float) -> None:
        """Wait in the middle of a turn; raises KilledError if it is killed meanwhile."""
        self._blocked_until = self.world.now + exact(seconds)
        self._turn_ends.release()
        self._turn_begins.acquire()
        self._blocked_until = None
        if self.is_dead:
            raise KilledError

    def next_turn(self) -> float:
        if self._blocked_until is None or self.is_stopped:
            return super().next_turn()
        return self._blocked_until

    def turn(self) -> None:
        self._turn_begins.release()
        self._turn_ends.acquire()

    def end(self) -> None:
        super().end()
        self._is_over = True
        self._turn_begins.release()
        self._thread.join()

    def _take_turns(self) -> None:
        while True:
            self._turn_begins.acquire()
            if self._is_over:
                return
            super().turn()
            self._turn_ends.release()
