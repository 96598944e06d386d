"""How long to wait between attempts to connect."""

import random
from collections.abc import Callable

_FACTOR = 2.0
_SHORT = 4.0


class Backoff:
    """Delays that double from attempt to attempt, with jitter, up to a cap.

    The jitter shortens a delay by up to half, so that the clients of a backend that was lost do not
    all come back at once.
    """

    def __init__(
        self,
        first: float = 0.5,
        most: float = 30.0,
        *,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """Start with the shortest delay.

        Args:
            first: The longest first delay, in seconds.
            most: The longest delay of all, in seconds.
            uniform: Returns a random number between two others.
        """
        self._first = first
        self._most = most
        self._uniform = uniform
        self._ceiling = min(first, most)

    def next_delay(self) -> float:
        """Return how many seconds to wait before the next attempt."""
        ceiling = self._ceiling
        self._ceiling = min(ceiling * _FACTOR, self._most)
        return self._uniform(ceiling / 2, ceiling)

    def short_delay(self) -> float:
        """Return how many seconds to wait before an attempt at a backend that is known to serve.

        It is random up to four times the longest first delay, so that clients which were all sent
        there do not come at once; it makes later delays no longer.
        """
        return self._uniform(0.0, min(self._first * _SHORT, self._most))

    def reset(self) -> None:
        """Start again with the shortest delay."""
        self._ceiling = min(self._first, self._most)
