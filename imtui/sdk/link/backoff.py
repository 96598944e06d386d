"""How long to wait between attempts to connect."""

import random
from collections.abc import Callable

_FACTOR = 2.0


class Backoff:
    """Delays that double from attempt to attempt, with jitter, up to a cap.

    The jitter takes up to half of a delay away, so that clients that lost the same backend do not
    come back all at once.
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
            first: The first delay at its longest, in seconds.
            most: No delay is longer, in seconds.
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

    def reset(self) -> None:
        """Start anew with the shortest delay."""
        self._ceiling = min(self._first, self._most)
