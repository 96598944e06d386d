"""Quotas: what an account may send at once, and how fast that is filled up again."""

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from operator import attrgetter
from typing import Final

from msgspec import Struct

from imtui.protocol.errors import ErrorCode, IMError
from imtui.server.core.console import Console

_FULL_MAX: Final = 86_400.0
"""The most seconds that a bucket can take to fill, so that ``forget_old`` finds it full."""

_NOISE: Final = 1e-6
"""Seconds that floating-point numbers may be wrong by, so that a wait that was told is enough."""


class Quota(StrEnum):
    """A kind of bucket; the value is the beginning of its two settings in the console."""

    MESSAGES = "messages"
    """Messages, by number."""
    MESSAGE_BYTES = "message_bytes"
    """Messages, by the bytes of their contents."""
    REQUESTS = "requests"
    """Friend requests and online-only messages."""


_LIMITS: Final[Mapping[Quota, Callable[[Console], tuple[int, int]]]] = {
    kind: attrgetter(f"{kind}_rate", f"{kind}_burst") for kind in Quota
}
"""Functions that return the rate and the size of a bucket."""


class _Bucket(Struct):
    used: float = 0.0
    """What is taken and not filled up yet."""
    at: float = 0.0
    """When ``used`` was right, in monotonic seconds."""
    full_at: float = 0.0


class Quotas:
    """A bucket for each account and kind, shared by the account's devices.

    The rates and sizes are settings of the console, and 0 means that there is no limit.
    """

    def __init__(self) -> None:
        """Start with full buckets."""
        self._buckets: dict[tuple[str, Quota], _Bucket] = {}

    def take(self, user_id: str, costs: dict[Quota, int], console: Console, now: float) -> None:
        """Take from several buckets of an account, or from none.

        What costs more than the whole bucket passes while the bucket is full.

        Args:
            user_id: The account.
            costs: How much to take of each kind.
            console: The settings.
            now: Monotonic seconds.

        Raises:
            IMError: 7008 with ``retryAfterMs`` if a bucket has not enough.
        """
        wait = 0.0
        buckets: list[tuple[_Bucket, int, int]] = []
        for kind, cost in costs.items():
            rate, burst = _LIMITS[kind](console)
            if rate and burst:
                bucket = self._bucket(user_id, kind)
                bucket.used = max(bucket.used - rate * (now - bucket.at), 0.0)
                bucket.at = now
                wait = max(wait, (bucket.used + min(cost, burst) - burst) / rate)
                buckets.append((bucket, cost, rate))
        if wait > _NOISE:
            milliseconds = max(1, math.ceil(wait * 1000))
            raise IMError(
                ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT,
                f"Too much at once; try again in {milliseconds} ms.",
                {"retryAfterMs": milliseconds},
            )
        for bucket, cost, rate in buckets:
            bucket.used += cost
            bucket.full_at = now + min(bucket.used / rate, _FULL_MAX)

    def _bucket(self, user_id: str, kind: Quota) -> _Bucket:
        bucket = self._buckets.get((user_id, kind))
        if bucket is None:
            bucket = self._buckets[user_id, kind] = _Bucket()
        return bucket

    def forget_old(self, now: float) -> None:
        """Drop full buckets, so that they do not accumulate."""
        full = [key for key, bucket in self._buckets.items() if bucket.full_at <= now]
        for key in full:
            del self._buckets[key]
