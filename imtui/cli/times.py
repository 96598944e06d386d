"""Times as people write them: ``45m``, ``1h30``, ``17:00``."""

import re
from datetime import datetime, timedelta
from typing import Final

_DURATION: Final = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m?)?(?:(\d{1,7})s)?")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})")
_LONGEST: Final = timedelta(days=366)


def parse_duration(text: str) -> timedelta:
    """Return a duration: ``45m``, ``1h``, ``1h30`` or ``1h30m``, ``90s``, ``2d``.

    Raises:
        ValueError: It is none, is nothing, or is more than 366 days.
    """
    match = _DURATION.fullmatch(text.strip())
    days, hours, minutes, seconds = (
        (int(part or 0) for part in match.groups("0"))
        if match
        else (
            0,
            0,
            0,
            0,
        )
    )
    duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    # A bare number could mean anything.
    if not timedelta() < duration <= _LONGEST or text.strip().isdigit():
        raise ValueError(f"{text!r} is not a duration such as 45m, 1h30 or 2d")
    return duration


def parse_clock(text: str, now: datetime) -> datetime:
    """Return when the clock next shows ``17:00``, today or tomorrow.

    Args:
        text: Hours and minutes.
        now: The present, in the time zone that is meant.

    Raises:
        ValueError: It is no time of day.
    """
    match = _CLOCK.fullmatch(text.strip())
    hour, minute = (int(part) for part in match.groups()) if match else (24, 0)
    if hour > 23 or minute > 59:
        raise ValueError(f"{text!r} is not a time of day such as 17:00")
    when = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return when if when > now else when + timedelta(days=1)
