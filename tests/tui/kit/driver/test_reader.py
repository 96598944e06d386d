"""Pastes are data, and the keyboard outlives a paste without an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.tui.kit.driver.grammar import IDLE, TOTAL
from imtui.tui.kit.driver.reader import PASTE_MAX, Input, InputReader, Pasted
from tests.tui.kit.driver.test_grammar import INPUT

START, END = "\x1b[200~", "\x1b[201~"
PASTED = st.text(alphabet=st.sampled_from("qs\r\n\t\x1b[2]01;:mé\x9b\x11"), max_size=30)


def read(*pieces: str) -> list[Input]:
    reader = InputReader()
    found = [one for piece in pieces for one in reader.feed(piece, 0.0)]
    while (deadline := reader.deadline) is not None:
        found += reader.expire(deadline)
    return found


@given(
    st.lists(st.one_of(INPUT, PASTED.map(lambda text: f"{START}{text}{END}")), max_size=5).map(
        "".join
    ),
    st.data(),
)
def test_the_cut_into_reads_changes_nothing(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert read(*pieces) == read(text)


@given(PASTED.filter(lambda text: END not in text), st.sampled_from(["a", "\x1b", "\x1b[A"]))
def test_what_is_pasted_is_never_a_key(text: str, key: str) -> None:
    found = read(f"{key}{START}{text}{END}b")
    assert found[0] == key
    assert found[-1] == "b"
    assert all(isinstance(one, Pasted) for one in found[1:-1])
    assert len(found) <= 3


@given(PASTED)
def test_a_paste_has_no_controls(text: str) -> None:
    for one in read(f"{START}{text}{END}"):
        if isinstance(one, Pasted):
            assert all(char >= " " or char in "\n\t" for char in one.text)
            assert not any("\x7f" <= char < "\xa0" for char in one.text)


def test_a_pasted_sequence_vanishes_and_the_text_around_it_stays() -> None:
    raw = "build: \x1b[31mFAILED\x1b[0m tests\r\n\x1b]0;title\x07second\rthird \x1bline"
    assert read(f"{START}{raw}{END}") == [Pasted("build: FAILED tests\nsecond\nthird line")]


def test_the_8_bit_end_counts_only_after_the_8_bit_start() -> None:
    assert read("\x9b200~one\x9b201~a") == [Pasted("one"), "a"]
    assert read(f"{START}one\x9b201~two{END}") == [Pasted("one201~two")]


def test_a_paste_without_an_end_is_put_in_after_a_pause() -> None:
    reader = InputReader()
    assert reader.feed(f"{START}http://example.org", 0.0) == []
    assert reader.expire(IDLE - 0.01) == []
    assert reader.expire(IDLE) == [Pasted("http://example.org")]


@pytest.mark.parametrize("rest", ["second line\rthird", "a\r", "\r\n", "q\r\x1b[31mred"])
def test_what_comes_of_it_later_in_a_burst_still_belongs_to_it(rest: str) -> None:
    reader = InputReader()
    reader.feed(f"{START}first", 0.0)
    reader.expire(IDLE)
    found = reader.feed(rest, IDLE + 1)
    found += reader.expire(IDLE + 2)
    assert len(found) == 1
    assert isinstance(found[0], Pasted)


def test_its_late_end_ends_it() -> None:
    reader = InputReader()
    reader.feed(f"{START}first", 0.0)
    reader.expire(IDLE)
    assert reader.feed(f"second\r{END}", IDLE + 1) == [Pasted("second\n")]
    assert reader.feed("quit\r", IDLE + 1) == list("quit\r")


def test_single_keys_after_it_are_keys() -> None:
    reader = InputReader()
    reader.feed(f"{START}first", 0.0)
    reader.expire(IDLE)
    for place, key in enumerate(("a", "\x1b[A", "\r", "\x11", "\x1b\r"), 1):
        now = IDLE + place
        assert [*reader.feed(key, now), *reader.expire(now + 0.05)] == [key]


def test_long_after_its_start_a_burst_is_typed() -> None:
    reader = InputReader()
    reader.feed(f"{START}first", 0.0)
    reader.expire(IDLE)
    assert reader.feed("abc\r", TOTAL) == list("abc\r")


def test_keys_that_are_typed_all_the_time_get_through_at_last() -> None:
    reader = InputReader()
    reader.feed(START, 0.0)
    found: list[Input] = []
    for place in range(1, 60):
        found += reader.feed("a", place / 5)
    assert found[0] == Pasted("a" * 49)
    assert found[1:] == ["a"] * 10


def test_a_paste_that_flows_for_long_stays_one() -> None:
    reader = InputReader()
    reader.feed(START, 0.0)
    found: list[Input] = []
    for place in range(1, 60):
        found += reader.feed("line\r", place / 2)
    assert found == []
    assert reader.feed(END, 30.0) == [Pasted("line\n" * 59)]


def test_a_new_paste_after_one_without_an_end() -> None:
    reader = InputReader()
    reader.feed(f"{START}first", 0.0)
    reader.expire(IDLE)
    assert reader.feed(f"{START}new{END}", IDLE + 1) == [Pasted("new")]


def test_a_paste_is_bounded() -> None:
    reader = InputReader()
    reader.feed(START, 0.0)
    for _ in range(300):
        reader.feed("x" * 4096, 0.0)
    assert reader.feed(END, 0.0) == [Pasted("x" * PASTE_MAX)]


def test_what_is_read_late_but_came_in_time_still_belongs_to_it() -> None:
    reader = InputReader()
    reader.feed("\x1b", 0.0, 0.0)
    assert reader.feed("[A", 5.0, 0.0, in_time=True) == ["\x1b[A"]
    reader.feed("\x1b", 6.0)
    assert reader.feed("b", 9.0, in_time=True) == ["\x1bb"]
    reader.feed(f"{START}first", 10.0)
    assert reader.feed(f"second{END}", 20.0, in_time=True) == [Pasted("firstsecond")]
