"""Buckets of CPU time, out of which everybody pays for what they cause; pure."""

from collections.abc import Hashable
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)

HOLDS: Final = 2.0
"""In how many seconds an empty bucket is full."""
DEBT_MAX: Final = 2.0
"""In how many seconds the greatest debt is paid; what costs more is forgiven."""
LEAST: Final = 1e-6
"""Shorter waits are none, or clocks could not show their end."""
_PURGE_FROM: Final = 1024


class Buckets(Generic[K]):
    """One bucket for each key: it fills by a share of the time, and a cost empties it.

    A cost may exceed what is in the bucket: then its key is in debt until the bucket has filled
    again to nothing. A key without costs has a full bucket, and takes no memory.
    """

    def __init__(self, share: float = 0.0) -> None:
        """Start with full buckets.

        Args:
            share: How many seconds of CPU time a bucket gains in a second; without any, nothing is
                charged. May be set to another value later.
        """
        self.share = share
        self._full_at: dict[K, float] = {}
        """When each bucket will be full, if nothing else is charged; the past means it is."""
        self._purge_from = _PURGE_FROM
        self.owing: set[K] = set()
        """The keys that may be in debt: who is not among them has none."""

    def __len__(self) -> int:
        """Return how many buckets take memory."""
        return len(self._full_at)

    def charge(self, key: K, cost: float, now: float) -> None:
        """Take a cost out of a bucket, both in seconds."""
        if self.share <= 0:
            return
        full_at = max(self._full_at.get(key, now), now) + cost / self.share
        if full_at > now + HOLDS:
            full_at = min(full_at, now + HOLDS + DEBT_MAX)
            self.owing.add(key)
        self._full_at[key] = full_at
        if len(self._full_at) >= self._purge_from:
            self._purge(now)

    def wait(self, key: K, now: float) -> float:
        """Return in how many seconds a key will be out of debt; 0 if it has none."""
        wait = self._full_at.get(key, now) - now - HOLDS
        if wait > LEAST and self.share > 0:
            return wait
        self.owing.discard(key)
        return 0.0

    def debt(self, keys: tuple[K, ...], now: float) -> float:
        """Return in how many seconds all of these are out of debt; 0 if they are."""
        if self.owing.isdisjoint(keys):
            return 0.0
        return max(self.wait(key, now) for key in keys)

    def _purge(self, now: float) -> None:
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        self.owing.intersection_update(self._full_at)
        self._purge_from = max(_PURGE_FROM, 2 * len(self._full_at))
