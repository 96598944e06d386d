"""Parsing times that people type: ``45m``, ``1h30``, ``17:00``."""

import re
from datetime import datetime, timedelta
from typing import Final

_DURATION: Final = re.compile(
    r"""(?:(?P<days>\d{1,4})d)?
    (?:(?P<hours>\d{1,5})h(?:(?P<bare>\d{1,2})(?![\dms]))?)?  # 1h30
    (?:(?P<minutes>\d{1,6})m)?
    (?:(?P<seconds>\d{1,7})s)?""",
    re.ASCII | re.VERBOSE,
)
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_LONGEST: Final = timedelta(days=366)


def parse_duration(text: str) -> timedelta:
    """Parse a duration: ``45m``, ``1h``, ``1h30`` or ``1h30m``, ``90s``, ``2d``.

    Raises:
        ValueError: It is malformed, zero, or longer than 366 days.
    """
    match = _DURATION.fullmatch(text.strip())
    parts = (
        {} if match is None else {name: int(part or 0) for name, part in match.groupdict().items()}
    )
    minutes = parts.pop("bare", 0)
    duration = timedelta(**parts) + timedelta(minutes=minutes)
    if not timedelta() < duration <= _LONGEST:
        raise ValueError(f"{text!r} is not a duration such as 45m, 1h30 or 2d")
    return duration


def parse_clock(text: str, now: datetime) -> datetime:
    """Return the next occurrence of a time of day such as ``17:00``, today or tomorrow.

    Args:
        text: The hours and minutes.
        now: The present, in the time zone of ``text``.

    Raises:
        ValueError: It is not a time of day.
    """
    match = _CLOCK.fullmatch(text.strip())
    hour, minute = (int(part) for part in match.groups()) if match else (24, 0)
    if hour > 23 or minute > 59:
        raise ValueError(f"{text!r} is not a time of day such as 17:00")
    when = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return when if when > now else when + timedelta(days=1)
