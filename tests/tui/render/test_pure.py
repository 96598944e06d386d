"""The small pure parts: widths, lines, clock, badges, choices, roster."""

import asyncio
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from imtui.protocol.status import UserStatusType
from imtui.tui.kit.cells import column, fit
from imtui.tui.kit.clock import Throttle, time_of_day
from imtui.tui.kit.spans import Span, spread, width_of, wrap
from imtui.tui.model.choices import (
    CLEAR,
    Choice,
    is_too_long,
    match_rank,
    matching_choices,
    status_choices,
    text_bytes,
    typed_choices,
)
from imtui.tui.model.events import Event, EventKind, EventLog, Tally, burst
from imtui.tui.model.person import Person
from imtui.tui.model.roster import Heading, Row, View, arrange_roster, count
from imtui.tui.render.glyphs import ASCII, UNICODE, Glyphs
from imtui.tui.render.rows import Marks, event_lines, person_line
from imtui.tui.settings.schema import Order
from tests.tui.fake import OFFLINE, ONLINE, START, UNKNOWN, UNLOGINED, FakeClock, at

WIDE = "東京で会議中"


@pytest.mark.parametrize("width", range(15))
@pytest.mark.parametrize("text", ["", "plain text", WIDE, "e\u0301clair e\u0301clair", "a東b京c"])
@pytest.mark.parametrize("ellipsis", ["…", "..."])
def test_a_column_is_exactly_as_wide_as_asked(text: str, width: int, ellipsis: str) -> None:
    assert cell_len(column(text, width, ellipsis)) == width


def test_fitting_text_is_unchanged() -> None:
    assert fit(WIDE, 12) == WIDE
    assert fit(WIDE, 11) == "東京で会議…"
    assert fit("Listening", 9) == "Listening"
    assert fit("Listening", 8) == "Listeni…"


def test_wrapping_keeps_every_word_and_style() -> None:
    lines = wrap([Span("one two ", "a"), Span("three four", "b")], 9)
    assert ["".join(span.text for span in line).rstrip() for line in lines] == [
        "one two",
        "three",
        "four",
    ]
    assert lines[1] == [Span("three ", "b")]


@pytest.mark.parametrize("width", range(1, 40))
def test_no_wrapped_line_is_too_wide(width: int) -> None:
    spans = [Span(f"{WIDE} {WIDE}  and some words "), Span("x" * 50)]
    assert all(
        cell_len("".join(span.text for span in line).rstrip()) <= width
        for line in wrap(spans, width)
    )


def test_spread_puts_the_note_at_the_end_or_omits_it() -> None:
    line = spread([Span("left")], [Span("right")], 12)
    assert "".join(span.text for span in line) == "left   right"
    assert spread([Span("left")], [Span("right")], 9) == [Span("left")]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_badges_differ_by_glyph_and_by_word(glyphs: Glyphs) -> None:
    badges = [glyphs.badge(one) for one in UserStatusType]
    assert len({badge.glyph for badge in badges}) == len({badge.word for badge in badges}) == 4
    assert [badge.word for badge in badges] == ["UNKNOWN", "ONLINE", "OFFLINE", "UNLOGINED"]


def test_marks_have_the_same_width_in_every_terminal() -> None:
    marks = [badge.glyph for badge in UNICODE.badges.values()]
    marks += [UNICODE.cursor, UNICODE.favourite, UNICODE.watched, UNICODE.folded, UNICODE.open]
    assert {unicodedata.east_asian_width(mark) for mark in marks} <= {"N", "Na"}


def test_the_ascii_set_is_ascii() -> None:
    assert [ASCII.badge(one).glyph for one in UserStatusType] == ["[?]", "[+]", "[-]", "[ ]"]
    assert ASCII.adapt("a · b … “c”").isascii()


def test_the_time_of_day_is_as_brief_as_is_clear() -> None:
    clock = FakeClock()
    assert time_of_day(clock, at(13, 40)) == "13:40"
    assert time_of_day(clock, at(9, 12, day=21)) == "Sat 09:12"
    assert time_of_day(clock, at(0, 0, day=17)) == "Tue 00:00"
    assert time_of_day(clock, at(23, 59, day=16)) == "16 Nov"
    assert time_of_day(clock, at(9, 12, day=3)) == "3 Nov"
    assert time_of_day(clock, 0) == "1 Jan 1970"


def person(user_id: str, status: UserStatusType = ONLINE, **more: str | int | bool) -> Person:
    facts = {"since": at(13, 40), "friend": True, "login": 1, **more}
    return Person(user_id, status, **facts)  # type: ignore[arg-type]


def row(one: Person, width: int, as_of: int | None = None, glyphs: Glyphs = UNICODE) -> str:
    spans = person_line(one, width, glyphs, FakeClock(), as_of, Marks())
    assert width_of(spans) <= width
    return "".join(span.text for span in spans).rstrip()


def test_a_row_has_name_status_text_and_time() -> None:
    bob = person("bob", ONLINE, text="On the call")
    assert row(bob, 60) == "   bob             ◉ ONLINE     On the call      since 13:40"
    assert row(bob, 40) == "   bob        ◉ ONLINE     On the call"
    assert row(bob, 26) == "   bob      ◉  On the call"
    assert row(person("erin", OFFLINE), 40) == "   erin       ◦ OFFLINE    since 13:40"
    assert row(person("erin", UNKNOWN), 40) == "   erin       ? UNKNOWN"

    grace = person("gr", UNLOGINED)
    assert row(grace, 44, glyphs=ASCII) == "   gr          [ ] UNLOGINED  since 13:40"


def marked_row(one: Person, width: int, marks: Marks, glyphs: Glyphs = UNICODE) -> str:
    spans = person_line(one, width, glyphs, FakeClock(), None, marks)
    return "".join(span.text for span in spans).rstrip()


def test_the_number_of_unread_messages_stands_beside_the_status() -> None:
    bob, erin = person("bob", ONLINE, text="On the call"), person("erin", UNLOGINED)
    assert marked_row(erin, 26, Marks(unread=3)) == "   erin     ◌ UNLOGINED  3"
    assert marked_row(erin, 26, Marks(unread=12)) == "   erin     ◌ UNLOGINED 12"
    assert marked_row(erin, 26, Marks(unread=150)) == "   erin    ◌ UNLOGINED 99+"
    assert marked_row(bob, 26, Marks(unread=3)) == "   bob      ◉  On the…   3"
    assert marked_row(erin, 60, Marks(unread=3)) == "   erin            ◌ UNLOGINED  3 unread"
    assert marked_row(erin, 38, Marks(unread=3)) == "   erin      ◌ UNLOGINED  3 unread"
    assert marked_row(erin, 20, Marks(unread=3)) == "   erin     ◌  3"


def test_a_name_is_cut_only_where_the_rest_of_the_row_is_full() -> None:
    name = "weather-bot-of-the-north"
    assert row(person(name, OFFLINE, since=0), 50) == f"   {name} ◦ OFFLINE"
    assert row(person(name, OFFLINE), 50) == f"   {name} ◦ OFFLINE"
    assert row(person(name, OFFLINE), 60) == f"   {name} ◦ OFFLINE    since 13:40"
    assert row(person(name, OFFLINE, since=0), 26) == "   weather-bo… ◦ OFFLINE"
    assert row(person("weather-bot", text="Rain"), 30) == "   weather-bot ◉  Rain"


@given(
    st.text("ab東", min_size=1, max_size=32),
    st.sampled_from(UserStatusType),
    st.sampled_from(["", "Tea", WIDE]),
    st.integers(24, 80),
    st.sampled_from([0, 1, 12, 5000]),
    st.booleans(),
    st.sampled_from([UNICODE, ASCII]),
)
def test_a_row_wastes_no_cells_on_a_cut_name_and_hides_no_number(
    name: str,
    status: UserStatusType,
    text: str,
    width: int,
    unread: int,
    draft: bool,
    glyphs: Glyphs,
) -> None:
    one = person(name, status, text=text)
    shown = marked_row(one, width, Marks(unread=unread, draft=draft), glyphs)
    assert cell_len(shown) <= max(width, 26)
    if unread and glyphs is UNICODE:
        assert shown.endswith((str(unread), f"{unread} unread", "99+"))
        assert text or str(glyphs.badge(status)) in shown
    if name not in shown:
        # Only the padding of the status and half of a wide character may be left.
        assert cell_len(shown) >= width - glyphs.badge_width


def test_a_stale_row_has_its_date_and_no_presence_colour() -> None:
    bob = person("bob", ONLINE, text="On the call")
    assert row(bob, 70, as_of=at(14, 7)).split("  ")[-1].strip() == "as of 14:07"
    assert row(bob, 40, as_of=at(14, 7)) == "   bob        ◉ ONLINE     On the call"
    silent = person("bob", ONLINE)
    assert row(silent, 40, as_of=at(14, 7)) == "   bob        ◉ ONLINE     as of 14:07"
    spans = person_line(bob, 60, UNICODE, FakeClock(), at(14, 7), Marks())
    assert not [span for span in spans if span.style.startswith("presence")]


@pytest.mark.parametrize("width", range(20, 130))
@pytest.mark.parametrize("text", ["", "On the call", "x" * 100])
@pytest.mark.parametrize("unread", [0, 7])
def test_an_answer_never_looks_like_the_present(width: int, text: str, unread: int) -> None:
    asked = person("bob", ONLINE, text=text, login=0, asked_at=at(14, 1))
    spans = person_line(asked, width, UNICODE, FakeClock(), None, Marks(unread=unread))
    assert not [span for span in spans if span.style.startswith("presence")]
    line = "".join(span.text for span in spans)
    assert ("as of 14:01" in line) is ("◉" in line)
    assert width < 40 or "as of 14:01" in line
    assert not unread or "7" in line


@pytest.mark.parametrize("width", range(1, 130, 3))
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("as_of", [None, 0])
def test_a_row_is_as_wide_as_its_parts_at_most(
    width: int, glyphs: Glyphs, as_of: int | None
) -> None:
    spans = person_line(
        person("x" * 32, ONLINE, text=WIDE * 5), width, glyphs, FakeClock(), as_of, Marks(True)
    )
    assert width_of(spans) <= max(width, 26)


def written(event: Event, width: int = 60) -> list[str]:
    lines = event_lines(event, width, UNICODE, FakeClock())
    return ["".join(span.text for span in line).rstrip() for line in lines]


def test_an_event_has_time_kind_user_and_description() -> None:
    own = Event(at(14, 3), EventKind.OWN, "you", text="Tea", source="from phone (Android)")
    assert written(own) == ["14:03 > you          “Tea”  from phone (Android)"]
    friend = Event(at(14, 5), EventKind.FRIEND, "bob", ONLINE, "On the call")
    assert written(friend) == ["14:05   bob          ◉ ONLINE  “On the call”"]
    other = Event(at(14, 5), EventKind.OTHER, "mallory", UNLOGINED)
    assert written(other) == ["14:05 ~ mallory      ◌ UNLOGINED"]


def test_repeats_are_one_event_with_their_number() -> None:
    log = EventLog()
    for minute in range(3):
        log.add(Event(at(14, minute), EventKind.NOTICE, description="7008"))
    assert [event.times for event in log] == [3]
    assert log.last is not None
    assert written(log.last) == ["14:02 - 7008  x3"]
    log.add(Event(at(14, 4), EventKind.NOTICE, description="else"))
    log.add(Event(at(14, 5), EventKind.NOTICE, description="7008"))
    assert [event.times for event in log] == [3, 1, 1]


def test_successive_bursts_are_summed() -> None:
    log = EventLog()
    for second, number in enumerate((2, 3)):
        tally = Tally("friend", ((ONLINE, number), (None, 1)))
        log.add(burst(at(14) + second * 1000, EventKind.FRIEND, tally))
    assert [event.description for event in log] == ["5 friends online · 2 new texts"]
    log.add(burst(at(14, 1), EventKind.FRIEND, tally))
    assert len(log) == 2


def test_a_flapping_user_is_one_event_with_the_current_status() -> None:
    log = EventLog()
    for second, status in enumerate([ONLINE, OFFLINE, ONLINE, OFFLINE]):
        log.add(Event(at(14) + second * 1000, EventKind.FRIEND, "bob", status))
    assert [(event.status, event.times) for event in log] == [(OFFLINE, 4)]
    log.add(Event(at(14, 2), EventKind.FRIEND, "bob", ONLINE))
    log.add(Event(at(14, 2), EventKind.FRIEND, "bob", OFFLINE, text="Tea"))
    log.add(Event(at(14, 2), EventKind.FRIEND, "carol", ONLINE))
    assert [event.times for event in log] == [4, 1, 1, 1]


def test_an_event_matches_words_in_any_field() -> None:
    event = Event(0, EventKind.OWN, "you", ONLINE, "Tea", "cleared", "from phone (Android)")
    assert all(event.matches(words) for words in ("", "tea", "PHONE you", "online android", "clea"))
    assert not event.matches("tea coffee")


def test_a_long_event_is_wrapped() -> None:
    own = Event(at(14, 3), EventKind.OWN, "you", text="Listening", source="from phone (Android)")
    assert written(own, 36) == [
        "14:03 > you     “Listening”  from",
        "                phone (Android)",
    ]


def test_every_kind_of_event_has_its_own_mark() -> None:
    marks = {written(Event(0, kind, description="x"))[0][6] for kind in EventKind}
    assert len(marks) == len(EventKind)


def test_the_log_is_bounded_and_numbers_go_on() -> None:
    log = EventLog(most=3)
    for number in range(5):
        log.add(Event(number, EventKind.NOTICE, description=str(number)))
    assert (log.first, log.end, len(log)) == (2, 5, 3)
    assert [event.at for event in log.since(3)] == [3, 4]
    assert [event.at for event in log.since(0)] == [2, 3, 4]


def names(rows: list[Row]) -> list[str]:
    return [row if isinstance(row, str) else f"{row.name} {row.note}" for row in rows]


def test_the_roster_is_by_presence_then_name_then_strangers() -> None:
    people = [
        person("zoe", OFFLINE),
        person("Bob"),
        person("alan"),
        person("carl", UNLOGINED),
        person("dan", UNKNOWN),
        person("bot", ONLINE, friend=False),
        person("amy", OFFLINE, friend=False),
    ]
    assert names(arrange_roster(people, View())) == [
        *("alan", "Bob", "zoe", "carl", "dan"),
        "Not friends 1 of 2 online",
        *("bot", "amy"),
    ]
    assert arrange_roster([person("a")], View()) == ["a"]
    assert str(count(people)) == "3 of 7 online"


def test_the_roster_by_name_and_by_last_change() -> None:
    people = [
        person("zoe", ONLINE, changed_at=at(14, 3)),
        person("Bob", OFFLINE, since=at(14, 1)),
        person("alan", UNLOGINED, since=0, changed_at=at(14, 2)),
    ]
    assert names(arrange_roster(people, View(Order.NAME))) == ["alan", "Bob", "zoe"]
    assert names(arrange_roster(people, View(Order.CHANGE))) == ["zoe", "alan", "Bob"]


def test_favourites_are_on_top_and_groups_have_headings_that_fold() -> None:
    people = [person(name) for name in ("amy", "ben", "cat", "dan")] + [person("eve", OFFLINE)]
    view = View(
        favourites=frozenset({"dan"}),
        groups={"eve": "work", "cat": "work", "dan": "work", "ben": "Band"},
        folded=frozenset({"work"}),
    )
    rows = arrange_roster(people, view)
    assert names(rows) == [
        "dan",
        "Band 1 of 1 online",
        "ben",
        "work 1 of 2 online",
        "Friends 1 of 1 online",
        "amy",
    ]
    assert [row.folded for row in rows if isinstance(row, Heading)] == [False, True, False]
    found = arrange_roster(people, replace(view, query="e"))
    assert names(found) == ["Band 1 of 1 online", "ben", "work 0 of 1 online", "eve"]


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("bo", ["bob", "eve"]),
        ("ONLINE", ["bob"]),
        ("off", ["dan"]),
        ("call", ["bob"]),
        ("on the", ["bob"]),
        ("unl ev", ["eve"]),
        ("bob dan", []),
    ],
)
def test_a_query_matches_name_status_or_text(query: str, fits: list[str]) -> None:
    people = [
        person("bob", text="On the call"),
        person("dan", OFFLINE),
        person("eve", UNLOGINED, text="About"),
    ]
    assert names(arrange_roster(people, View(query=query))) == fits


def test_choices_are_the_recent_ones_then_the_other_presets() -> None:
    offered = status_choices(["On the call", "Lunch"], {"Tea": 3, "Lunch": 1})
    assert offered == [
        Choice("Tea", "used 3 times"),
        Choice("Lunch", "preset", is_preset=True),
        Choice("On the call", "preset", is_preset=True),
    ]


def test_matching_puts_beginnings_first_and_keeps_the_order_among_equals() -> None:
    offered = status_choices(["Listening to music", "On the call", "Having lunch", "Lunch"], {})
    titles = [choice.title for choice in matching_choices(offered, "l")]
    assert titles == ["Listening to music", "Lunch", "Having lunch"]
    assert matching_choices(offered, "") == [*offered, CLEAR]
    assert matching_choices(offered, "xyz") == []


def test_ranks() -> None:
    assert [match_rank("Log out", typed) for typed in ("log", "out", "lt", "x")] == [2, 1, 0, 0]


def test_sizes_are_bytes_without_surrounding_space() -> None:
    assert text_bytes(" 東 ") == 3
    assert not is_too_long("x" * 100 + " ")
    assert is_too_long("東" * 34)


def test_typed_text_is_offered_with_and_without_its_end() -> None:
    assert typed_choices(" ", START) == []
    assert typed_choices("Waiting for Godot", START) == [
        Choice("Waiting for Godot", "as typed", is_typed=True)
    ]
    with_end, exactly = typed_choices("Lunch for 45m", START)
    assert with_end == Choice("Lunch", "until 14:50", at(14, 50), is_typed=True)
    assert exactly == Choice("Lunch for 45m", "as typed", is_typed=True)


async def test_a_throttle_runs_the_first_request_and_merges_the_others() -> None:
    clock = FakeClock()
    happened: list[float] = []
    throttle = Throttle(clock, 0.05, lambda: happened.append(clock.monotonic()))
    throttle.request()
    await asyncio.sleep(0)
    assert happened == [0.0]
    clock.advance(0.01)
    for _ in range(100):
        throttle.request()
    clock.advance(1.0)
    assert len(happened) == 2
    assert happened[1] - happened[0] == pytest.approx(0.05)
    throttle.request()
    throttle.cancel()
    clock.advance(1.0)
    assert len(happened) == 2
    assert clock.waiting == 0
