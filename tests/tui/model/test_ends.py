"""Parsing the end of a status text."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.tui.model.ends import MAX_AHEAD, EndError, describe_end, parse_end, split_end

BERLIN = ZoneInfo("Europe/Berlin")
WITH_SUMMER_TIME = "CET-1CEST,M3.5.0,M10.5.0/3"

# A Monday.
NOW = datetime(2026, 11, 23, 14, 5, 30, tzinfo=UTC)
SUMMER_BEGINS = datetime(2026, 3, 29, 0, 30, tzinfo=BERLIN)
SUMMER_ENDS = datetime(2026, 10, 25, 0, 30, tzinfo=BERLIN)


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize("words", ["", "  ", "no end", " No  End "])
def test_an_empty_text_is_no_end(words: str) -> None:
    assert parse_end(words, NOW) is None


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("45m", 45),
        ("90 min", 90),
        ("1 minute", 1),
        ("2h", 120),
        ("2 hours", 120),
        ("1h30", 90),
        ("1h 5", 65),
        ("1h30m", 90),
        ("1 hour 30 minutes", 90),
        ("2d", 2 * 24 * 60),
        ("1 day 2h", 26 * 60),
        ("for 45M", 45),
        ("30d", 30 * 24 * 60),
        ("43200m", 30 * 24 * 60),
    ],
)
def test_a_duration_counts_from_now(words: str, minutes: int) -> None:
    assert parse_end(words, NOW) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("until 17:00", at(23, 17)),
        ("17:00", at(23, 17)),
        ("UNTIL  17:00", at(23, 17)),
        ("till 17", at(23, 17)),
        ("until 5pm", at(23, 17)),
        ("5:30 PM", at(23, 17, 30)),
        ("until 12am", at(24, 0)),
        ("until 12pm", at(24, 12)),
        ("until noon", at(24, 12)),
        ("until midnight", at(24, 0)),
        ("until 14:06", at(23, 14, 6)),
        ("until 14:05", at(24, 14, 5)),
        ("until 9", at(24, 9)),
        ("until tomorrow", at(24, 0)),
        ("tomorrow", at(24, 0)),
        ("until tomorrow 9:00", at(24, 9)),
        ("tomorrow at 9", at(24, 9)),
        ("until tomorrow 15:00", at(24, 15)),
        ("until fri", at(27, 0)),
        ("until friday 12:00", at(27, 12)),
        ("until thurs 9", at(26, 9)),
        ("until mon", at(30, 0)),
        ("until monday 15:00", at(23, 15)),
        ("until monday 14:00", at(30, 14)),
    ],
)
def test_a_time_of_day_is_the_next_one(words: str, end: datetime) -> None:
    assert parse_end(words, NOW) == end


@pytest.mark.parametrize(
    "words",
    [
        "9",
        "45",
        "0m",
        "0d 0h",
        "1:30h",
        "1h300",
        "-5m",
        "1.5h",
        "45m ago",
        "until",
        "until 24:00",
        "until 9:60",
        "until 0am",
        "until 13pm",
        "until 45m",
        "for 17:00",
        "until mo",
        "until someday",
        "fri 9 pm sharp",
        "٣m",
    ],
)
def test_invalid_input_is_answered_with_examples(words: str) -> None:
    with pytest.raises(EndError, match=r"^Write 45m, 1h30, until 17:00 or until tomorrow\.$"):
        parse_end(words, NOW)


@pytest.mark.parametrize("words", ["31d", "721h", "30d 1m", "for 9999 days", "999999m"])
def test_an_end_is_not_too_far_ahead(words: str) -> None:
    with pytest.raises(EndError, match=r"^At most 30 days: write 45m"):
        parse_end(words, NOW)


def test_the_current_time_of_day_means_tomorrow() -> None:
    now = at(23, 14, 5)
    assert parse_end("until 14:05", now) == at(24, 14, 5)
    assert parse_end("until monday 14:05", now) == at(30, 14, 5)


def test_the_day_of_an_end_may_be_in_the_next_year() -> None:
    new_years_eve = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    assert parse_end("until 9", new_years_eve) == datetime(2027, 1, 1, 9, tzinfo=UTC)


def instant(moment: datetime | None) -> str:
    assert moment is not None
    return f"{moment.astimezone(UTC):%d %H:%M}"


@pytest.mark.parametrize(
    ("now", "words", "end"),
    [
        (SUMMER_BEGINS, "until 17:00", "29 15:00"),
        (SUMMER_BEGINS, "3h", "29 02:30"),
        (SUMMER_BEGINS, "1d", "29 22:30"),
        (SUMMER_BEGINS, "1d 1h", "29 23:30"),
        (SUMMER_BEGINS, "until tomorrow", "29 22:00"),
        (SUMMER_BEGINS, "until 2:30", "29 01:30"),
        (SUMMER_ENDS, "until 17:00", "25 16:00"),
        (SUMMER_ENDS, "45m", "24 23:15"),
        (SUMMER_ENDS, "3h", "25 01:30"),
        (SUMMER_ENDS, "until tomorrow", "25 23:00"),
        (SUMMER_ENDS, "until 2:30", "25 00:30"),
        (SUMMER_ENDS.replace(hour=2, minute=40), "until 2:30", "25 01:30"),
        (SUMMER_ENDS.replace(hour=2, minute=40, fold=1), "until 2:30", "26 01:30"),
        (SUMMER_ENDS.replace(hour=2, minute=40, fold=1), "45m", "25 02:25"),
    ],
)
def test_daylight_saving_time_is_followed(now: datetime, words: str, end: str) -> None:
    assert instant(parse_end(words, now)) == end


def test_an_end_is_described_in_the_users_time_zone() -> None:
    end = parse_end("until 2:30", SUMMER_BEGINS)
    assert end is not None
    assert f"{end:%H:%M %z}" == "03:30 +0200"
    assert describe_end(end.astimezone(UTC), SUMMER_BEGINS) == "until 03:30"


@pytest.fixture
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the machine's time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def on_machine(zone: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("machine_zone", [zone], indirect=True)


@pytest.mark.usefixtures("machine_zone")
@on_machine(WITH_SUMMER_TIME)
@pytest.mark.parametrize(
    ("now", "words", "end"),
    [
        (SUMMER_BEGINS, "until 17:00", "29 15:00"),
        (SUMMER_BEGINS, "until 2:30", "29 01:30"),
        (SUMMER_BEGINS, "until tomorrow", "29 22:00"),
        (SUMMER_ENDS, "until 17:00", "25 16:00"),
        (SUMMER_ENDS, "3h", "25 01:30"),
        (SUMMER_ENDS, "2d", "26 23:30"),
    ],
)
def test_the_machines_time_zone_follows_daylight_saving_time(
    now: datetime, words: str, end: str
) -> None:
    local = datetime.fromtimestamp(now.timestamp()).astimezone()
    found = parse_end(words, local)
    assert instant(found) == end
    assert found is not None
    assert found.utcoffset() == found.astimezone().utcoffset()


@pytest.mark.usefixtures("machine_zone")
@on_machine("CET-1")
def test_a_time_zone_with_the_machines_current_offset_is_kept() -> None:
    assert instant(parse_end("until 17:00", SUMMER_BEGINS)) == "29 15:00"


@pytest.mark.usefixtures("machine_zone")
@on_machine(WITH_SUMMER_TIME)
def test_an_offset_other_than_the_machines_is_kept() -> None:
    end = parse_end("until 17:00", NOW)
    assert end == at(23, 17)
    assert end.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "rest", "end"),
    [
        ("Listening to music for 45m", "Listening to music", at(23, 14, 50, 30)),
        ("On the call until 17:00", "On the call", at(23, 17)),
        ("On the call, until 17:00 ", "On the call", at(23, 17)),
        ("Out  Until tomorrow", "Out", at(24, 0)),
        ("Out FOR 2 hours", "Out", at(23, 16, 5, 30)),
        ("Waiting for Godot until 17:00", "Waiting for Godot", at(23, 17)),
        ("Open until 9 for 30m", "Open until 9", at(23, 14, 35, 30)),
    ],
)
def test_a_text_may_carry_its_end(text: str, rest: str, end: datetime) -> None:
    assert split_end(text, NOW) == (rest, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Waiting for Godot",
        "Waiting for 3",
        "Waiting for 5pm",
        "until 17:00",
        ", until 17:00",
        "45m",
        "Until",
        "Lunch 13:00",
        "Waiting for 2h or more",
        "Gone for 90d",
        "Not until hell freezes over",
    ],
)
def test_a_text_without_an_end_is_a_text(text: str) -> None:
    assert split_end(text, NOW) is None


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (at(23, 14, 50), "until 14:50"),
        (at(24, 0), "until Tue 00:00"),
        (at(27, 9), "until Fri 09:00"),
        (at(29, 23, 59), "until Sun 23:59"),
        (at(30, 9), "until 30 Nov 09:00"),
        (datetime(2026, 12, 3, 9, tzinfo=UTC), "until 3 Dec 09:00"),
        (datetime(2027, 1, 3, 9, tzinfo=UTC), "until 3 Jan 2027 09:00"),
        (at(20, 9), "until 20 Nov 09:00"),
    ],
)
def test_an_end_is_described_as_briefly_as_is_clear(end: datetime, words: str) -> None:
    assert describe_end(end, NOW) == words


zones: st.SearchStrategy[tzinfo] = st.sampled_from([UTC, BERLIN, ZoneInfo("America/New_York")])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=zones)
PARTS = "for until till at tomorrow fri monday noon 9 17 :30 45 1 2 m min h hours d days am pm"
likely = st.lists(st.sampled_from(PARTS.split()), max_size=5)


@given(st.text(max_size=20) | likely.map(" ".join) | likely.map("".join), moments)
def test_any_input_is_a_future_end_or_an_error(words: str, now: datetime) -> None:
    try:
        end = parse_end(words, now)
    except EndError as error:
        assert "\n" not in str(error)
        return
    if end is not None:
        ahead = end.astimezone(UTC) - now.astimezone(UTC)
        # On the wall clock, thirty days may be an hour longer.
        assert timedelta(0) < ahead <= MAX_AHEAD + timedelta(hours=1)


@given(st.text(max_size=30), st.text(max_size=10), moments)
def test_a_split_end_can_be_parsed_alone(text: str, more: str, now: datetime) -> None:
    for typed in (text, f"{text} until {more}", f"{text} for 1h30"):
        found = split_end(typed, now)
        if found is not None:
            rest, end = found
            assert rest == rest.strip() != ""
            assert typed.strip().startswith(rest)
            assert end.astimezone(UTC) > now.astimezone(UTC)


@given(moments, st.integers(1, 6 * 24 * 60))
def test_a_described_end_can_be_parsed(now: datetime, minutes: int) -> None:
    end = (now.astimezone(UTC) + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    words = describe_end(end, now)
    found = parse_end(words, now)
    assert found is not None
    assert describe_end(found, now) == words
