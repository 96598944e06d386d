"""Rates per second, from two readings of the statistics."""

from msgspec import Struct

from imtui.tui.console.answers import Stats


class Rates(Struct, frozen=True):
    """Rates per second."""

    changes: float
    deliveries: float
    messages: float
    requests: float
    """Without the console's own requests."""
    errors: dict[str, float]
    """By code; only codes that occurred in the interval."""


def rates_between(before: Stats, after: Stats, own: int = 0) -> Rates | None:
    """Return the rates between two readings; None if no time passed or the backend restarted.

    Args:
        before: The first reading.
        after: The second reading; the backend's clock measures the time between them.
        own: The number of the console's own requests in between, which do not count.
    """
    seconds = (after.server_time - before.server_time) / 1000
    if seconds <= 0 or has_restarted(before, after):
        return None
    return Rates(
        (after.changes - before.changes) / seconds,
        (after.deliveries - before.deliveries) / seconds,
        (after.messages - before.messages) / seconds,
        max(after.requests - before.requests - own, 0) / seconds,
        {
            code: more / seconds
            for code, total in after.errors.items()
            if (more := total - before.errors.get(code, 0)) > 0
        },
    )


def has_restarted(before: Stats, after: Stats) -> bool:
    """Return whether the backend restarted between two readings."""
    return after.uptime_seconds < before.uptime_seconds or after.requests < before.requests
