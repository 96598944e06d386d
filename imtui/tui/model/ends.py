"""Parse the end of a status text: ``45m``, ``until 17:00``, ``until tomorrow``."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

MAX_AHEAD: Final = timedelta(days=30)
"""The latest possible end, from now."""

_EXAMPLES: Final = "45m, 1h30, until 17:00 or until tomorrow"
_DURATION: Final = re.compile(
    r"""(?:(?P<days>\d{1,4})\ ?d(?:ays?)?\ ?)?
    (?:(?P<hours>\d{1,5})\ ?h(?:rs?|ours?)?\ ?(?:(?P<bare>\d{1,2})$)?)?  # 1h30
    (?:(?P<minutes>\d{1,6})\ ?m(?:ins?|inutes?)?)?""",
    re.ASCII | re.VERBOSE,
)
_CLOCK_PATTERN: Final = re.compile(r"(\d{1,2})(?::(\d{2}))?(?: ?([ap]m))?", re.ASCII)
_CLOCK_WORDS: Final = {"noon": time(12), "midnight": time(0)}
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNTIL: Final = re.compile(r"(?:until|till?) ")
_ENDING: Final = re.compile(r"(.*\S)\s+((?:for|until|till?)\s+\S.*)", re.IGNORECASE)


class EndError(ValueError):
    """The input is not an end; the message is one line that says what to write."""


def parse_end(words: str, now: datetime) -> datetime | None:
    """Return the time at which a text ends, or None for no end.

    A time of day that is past today means tomorrow, and a day alone means its beginning. Days and
    times of day follow the wall clock in the time zone of ``now``; hours and minutes are elapsed
    time.

    Args:
        words: The input, such as ``1h30`` or ``until friday 12:00``.
        now: The current time, in the user's time zone.

    Raises:
        EndError: The input is not an end, or more than 30 days ahead.
    """
    words = " ".join(words.casefold().split())
    if words in ("", "no end"):
        return None
    if until := _UNTIL.match(words):
        end = _parse_time(words[until.end() :], now, bare_hour=True)
    elif words.startswith("for "):
        end = _parse_duration(words.removeprefix("for "), now)
    else:
        end = _parse_duration(words, now) or _parse_time(words, now, bare_hour=False)
    if end is None:
        raise EndError(f"Write {_EXAMPLES}.")
    return end


def split_end(text: str, now: datetime) -> tuple[str, datetime] | None:
    """Split a text such as ``Lunch until 13:00`` into the text and its end.

    Return None if it has no end, or consists only of an end.
    """
    ending = _ENDING.fullmatch(text.strip())
    if ending is None:
        return None
    try:
        end = parse_end(ending[2], now)
    except EndError:
        return None
    rest = ending[1].rstrip(" ,")
    return (rest, end) if rest and end is not None else None


def end_milliseconds(end: datetime) -> int:
    """Return an end in Unix milliseconds."""
    return round(end.timestamp() * 1000)


def describe_end(end: datetime, now: datetime) -> str:
    """Format an end as briefly as is clear: ``until 14:50``, ``until Fri 09:00``, or a date."""
    then = _in_zone_of(now, end)
    days = (then.date() - now.date()).days
    if days == 0:
        return f"until {then:%H:%M}"
    if 0 < days < 7:
        return f"until {then:%a %H:%M}"
    year = "" if then.year == now.year else f" {then.year}"
    return f"until {then.day} {then:%b}{year} {then:%H:%M}"


def _parse_duration(words: str, now: datetime) -> datetime | None:
    match = _DURATION.fullmatch(words)
    if match is None:
        return None
    parts = {name: int(digits or 0) for name, digits in match.groupdict().items()}
    days = timedelta(days=parts["days"])
    rest = timedelta(hours=parts["hours"], minutes=parts["minutes"] + parts["bare"])
    if not days + rest:
        return None
    if days + rest > MAX_AHEAD:
        raise EndError(f"At most {MAX_AHEAD.days} days: write {_EXAMPLES}.")
    # Days keep the time of day, even if one of them has 23 hours.
    begin = _from_wall_clock(now.replace(tzinfo=None) + days, now) if days else now
    return _in_zone_of(now, begin.astimezone(UTC) + rest)


def _parse_time(words: str, now: datetime, *, bare_hour: bool) -> datetime | None:
    first, _, rest = words.partition(" ")
    days = _days_ahead(first, now)
    if days is None:
        days, rest = [0, 1], words
    else:
        bare_hour = True
    clock = time(0) if not rest else _parse_clock(rest.removeprefix("at "), bare_hour=bare_hour)
    return (
        None if clock is None else _next_time(clock, (_date_after(now, day) for day in days), now)
    )


def _days_ahead(word: str, now: datetime) -> list[int] | None:
    """Return the candidates for a named day, as numbers of days ahead."""
    if word == "tomorrow":
        return [1]
    for weekday, name in enumerate(_WEEKDAYS):
        if len(word) >= 3 and name.startswith(word):
            ahead = (weekday - now.weekday()) % 7
            return [ahead, ahead + 7]
    return None


def _date_after(now: datetime, days: int) -> date:
    return now.date() + timedelta(days=days)


def _parse_clock(words: str, *, bare_hour: bool) -> time | None:
    if words in _CLOCK_WORDS:
        return _CLOCK_WORDS[words]
    match = _CLOCK_PATTERN.fullmatch(words)
    if match is None or not (bare_hour or match[2] or match[3]):
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _next_time(clock: time, days: Iterable[date], now: datetime) -> datetime | None:
    """Return the next instant at which the wall clock shows a time on one of the days."""
    for day in days:
        # In an hour that occurs twice, use the second occurrence once the first is past.
        for fold in (0, 1):
            instant = _from_wall_clock(datetime.combine(day, clock).replace(fold=fold), now)
            if instant.astimezone(UTC) > now.astimezone(UTC):
                return instant
    return None


def _from_wall_clock(wall: datetime, now: datetime) -> datetime:
    """Return the instant at which the wall clock in the time zone of ``now`` shows ``wall``."""
    if _is_local(now):
        return datetime.fromtimestamp(wall.timestamp(), UTC).astimezone()
    return _in_zone_of(now, wall.replace(tzinfo=now.tzinfo).astimezone(UTC))


def _in_zone_of(now: datetime, instant: datetime) -> datetime:
    """Return an instant in the time zone of ``now``."""
    return instant.astimezone(None if _is_local(now) else now.tzinfo)


def _is_local(now: datetime) -> bool:
    """Tell whether ``now`` is in the machine's own time zone.

    Python gives local times a fixed offset, which does not follow daylight saving time.
    """
    return isinstance(now.tzinfo, timezone) and now.utcoffset() == now.astimezone().utcoffset()
