"""How much happens in a second: the difference of two answers."""

from msgspec import Struct

from imtui.tui.console.answers import Stats


class Rates(Struct, frozen=True):
    """How much happens in a second."""

    changes: float
    deliveries: float
    messages: float
    requests: float
    """Without the console's own."""
    errors: dict[str, float]
    """By code; only those that occurred meanwhile."""


def rates_between(before: Stats, after: Stats, own: int = 0) -> Rates | None:
    """Return what happened between two answers, for each second by the backend's clock.

    So many requests were our ``own``, which are none of what the console is to show.

    None if that cannot be told: no time has passed, or the backend started anew in between.
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
    """Tell whether another start of the backend gave the second answer."""
    return after.uptime_seconds < before.uptime_seconds or after.requests < before.requests
