"""Toasts: one for each sender, at most three, and never over what is taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol.safe_text import safe_text
from imtui.tui.kit.spans import width_of
from imtui.tui.render.glyphs import ASCII, UNICODE, Glyphs
from imtui.tui.render.toasts import (
    LINES_MAX,
    SHOWN_FOR,
    TOASTS_MAX,
    Box,
    Toasts,
    place_toasts,
)

SENDERS = st.sampled_from(["", "bob", "carol", "dave", "erin", "frank"])
TEXTS = st.text(max_size=300)


def toasts_of(*said: tuple[str, str]) -> Toasts:
    """Return the toasts after some were put, a second apart."""
    toasts = Toasts()
    for second, (sender, words) in enumerate(said):
        toasts.put(sender, words, float(second))
    return toasts


def words_of(toasts: Toasts) -> list[str]:
    """Return what the toasts say, the topmost first."""
    return [toast.words for toast in toasts.shown]


def test_a_sender_has_one_toast_which_changes_in_place() -> None:
    toasts = toasts_of(("bob", "one"), ("carol", "two"), ("bob", "three"))
    assert words_of(toasts) == ["three", "two"]


def test_over_the_limit_the_toast_that_ends_first_goes() -> None:
    toasts = toasts_of(("a", "1"), ("b", "2"), ("c", "3"), ("a", "4"), ("d", "5"))
    assert words_of(toasts) == ["4", "3", "5"]


def test_a_toast_goes_some_time_after_its_last_change() -> None:
    toasts = toasts_of(("a", "1"), ("b", "2"), ("a", "3"))
    assert toasts.next_end == 1 + SHOWN_FOR
    toasts.expire(1 + SHOWN_FOR)
    assert words_of(toasts) == ["3"]
    toasts.expire(2 + SHOWN_FOR)
    assert toasts.next_end is None


def test_one_is_dropped_and_all_are_cleared() -> None:
    toasts = toasts_of(("a", "1"), ("b", "2"))
    assert toasts.drop("a")
    assert not toasts.drop("nobody")
    assert words_of(toasts) == ["2"]
    toasts.clear()
    assert words_of(toasts) == []


@given(st.lists(st.tuples(SENDERS, TEXTS, st.floats(0, 3)), max_size=60))
def test_whatever_is_put_there_are_three_at_most_and_the_last_is_there(
    puts: list[tuple[str, str, float]],
) -> None:
    toasts = Toasts()
    now = 0.0
    for sender, words, pause in puts:
        now += pause
        toasts.expire(now)
        toasts.put(sender, words, now)
        senders = [toast.sender for toast in toasts.shown]
        assert len(senders) == len(set(senders)) <= TOASTS_MAX
        assert sender in senders
        assert all(toast.words == safe_text(toast.words) for toast in toasts.shown)
        assert all(toast.ends_at > now for toast in toasts.shown)


BOXES = st.builds(
    Box, st.integers(-5, 130), st.integers(-5, 50), st.integers(1, 130), st.integers(1, 50)
)


@given(
    st.lists(st.tuples(SENDERS, TEXTS), max_size=4),
    st.integers(1, 130),
    st.integers(1, 50),
    st.lists(BOXES, max_size=4),
    st.sampled_from([UNICODE, ASCII]),
)
def test_toasts_lie_on_the_screen_and_cover_nothing_that_is_taken(
    said: list[tuple[str, str]], width: int, height: int, taken: list[Box], glyphs: Glyphs
) -> None:
    placed = place_toasts(toasts_of(*said).shown, width, height, taken, glyphs)
    if placed is None:
        return
    box = placed.box
    assert box.x >= 0 and box.x + box.width <= width
    assert box.y >= 0 and box.y + box.height <= height
    assert not any(box.overlaps(one) for one in taken)
    assert len(placed.lines) == box.height <= TOASTS_MAX * LINES_MAX
    assert all(width_of(line) <= box.width for line in placed.lines)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("width", range(1, 12))
def test_a_long_text_ends_on_the_narrowest_screen(width: int, glyphs: Glyphs) -> None:
    placed = place_toasts(toasts_of(("bob", "word " * 200)).shown, width, 24, (), glyphs)
    assert placed is None or placed.box.width <= width


def text_of(toasts: Toasts, width: int, height: int, *taken: Box) -> tuple[Box, str]:
    """Return where the toasts lie, and what they say."""
    placed = place_toasts(toasts.shown, width, height, taken, UNICODE)
    assert placed is not None
    lines = ["".join(span.text for span in line) for line in placed.lines]
    return placed.box, "\n".join(lines)


def test_toasts_lie_on_the_right_below_the_titles() -> None:
    box, text = text_of(toasts_of(("bob", "bob hi"), ("carol", "carol hello")), 80, 24)
    assert box == Box(80 - 14 - 1, 3, 14, 2)
    assert text == "│ bob hi\n│ carol hello"


def test_a_long_text_is_cut_after_some_lines() -> None:
    _, text = text_of(toasts_of(("bob", "word " * 200)), 40, 24)
    assert text.count("\n") == LINES_MAX - 1
    assert text.endswith("…")


def test_toasts_go_below_what_is_taken_above() -> None:
    box, _ = text_of(toasts_of(("bob", "hi")), 80, 24, Box(0, 0, 80, 10))
    assert box.y == 10


def test_toasts_go_up_where_all_below_is_taken() -> None:
    box, text = text_of(
        toasts_of(("a", "one " * 40), ("b", "two"), ("c", "three")), 20, 5, Box(0, 2, 20, 3)
    )
    assert (box.y, box.height) == (0, 2)
    assert text.endswith("three")


def test_without_any_room_no_toast_is_shown() -> None:
    toasts = toasts_of(("bob", "hi"))
    assert place_toasts(toasts.shown, 80, 24, [Box(0, 0, 80, 24)], UNICODE) is None
    assert place_toasts([], 80, 24, [], UNICODE) is None
