"""Parsing durations and times of day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.cli.times import parse_clock, parse_duration

NOW = datetime(2026, 11, 23, 16, 30, 15, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("45m", 45),
        ("1h", 60),
        ("1h30", 90),
        ("1h30m", 90),
        ("2d", 2 * 24 * 60),
        ("1d1h1m", 25 * 60 + 1),
        ("90s", 1.5),
        (" 5m ", 5),
    ],
)
def test_duration(text: str, minutes: float) -> None:
    assert parse_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["", " ", "0m", "45", "h", "m", "-5m", "1.5h", "1m1h", "367d", "9999d", "1h30x", "１m2"]
)
def test_invalid_duration(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)


@given(st.text(max_size=12))
def test_any_text_is_a_positive_duration_or_an_error(text: str) -> None:
    try:
        duration = parse_duration(text)
    except ValueError:
        return
    assert timedelta() < duration <= timedelta(days=366)


def test_time_later_today() -> None:
    assert parse_clock("17:00", NOW) == datetime(2026, 11, 23, 17, tzinfo=UTC)


@pytest.mark.parametrize("text", ["16:30", "9:00", "00:00"])
def test_past_time_is_tomorrow(text: str) -> None:
    when = parse_clock(text, NOW)

    assert when.date() == NOW.date() + timedelta(days=1)
    assert when.strftime("%H:%M") == text.zfill(5)


@pytest.mark.parametrize("text", ["", "17", "24:00", "12:60", "noon", "1:2", "-1:00", "17:00:00"])
def test_invalid_time(text: str) -> None:
    with pytest.raises(ValueError, match="not a time of day"):
        parse_clock(text, NOW)
