"""Rates per second, from the difference of two statistics."""

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
    """Errors by code; only codes that occurred in the interval."""


def rates_between(before: Stats, after: Stats, own: int = 0) -> Rates | None:
    """Return the rates between two statistics, by the backend's clock.

    ``own`` is the number of the console's requests, which are not counted.

    Returns None if no time has passed or the backend restarted in between.
    """
    seconds = (after.server_time - before.server_time) / 1000
    if seconds <= 0 or started_anew(before, after):
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


def started_anew(before: Stats, after: Stats) -> bool:
    """Tell whether the backend restarted between two statistics."""
    return after.uptime_seconds < before.uptime_seconds or after.requests < before.requests
