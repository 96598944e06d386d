"""Emoji move nothing, whatever a terminal thinks of their width."""

import re

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from imtui.tui.kit.driver.steady import steady

UNSTEADY = (
    *(
        "👍🏻",
        "👋🏿👋🏽",
        "🧑🏾\u200d💻",
        "👨\u200d👩\u200d👧",
        "🏴\u200d☠\ufe0f",
        "🫱🏻\u200d🫲🏿",
        "🏻",
        "☝🏻",
        "✌🏽",
    ),
    *("🇩🇪", "🇩", "🇩🇪🇫🇷", "1\ufe0f\u20e3", "❤\ufe0f", "☀\ufe0f", "©\ufe0f", "👁\ufe0f\u200d🗨\ufe0f"),
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)
DRAWN_AND_LEFT = re.compile(r"\x1b7 *\x1b8\x1b7(.)\x1b8\x1b\[(\d+)C")


def cells(output: str) -> int:
    """Return how far the cursor goes, whatever the width of an emoji."""
    return cell_len(DRAWN_AND_LEFT.sub(lambda found: " " * int(found[2]), output))


@pytest.mark.parametrize("group", UNSTEADY)
@pytest.mark.parametrize("before", ["", "a", "é ", "食"])
def test_the_cursor_goes_as_far_as_was_counted(group: str, before: str) -> None:
    text = f"{before}{group} after"
    assert cells(steady(text)) == cell_len(text)


@given(st.lists(st.sampled_from([*UNSTEADY, "a", " ", "\x1b[1m", "é", "食", "👍"])).map("".join))
def test_no_terminal_joins_anything(text: str) -> None:
    drawn = DRAWN_AND_LEFT.sub("", steady(text))
    assert not re.search("[\u200c\u200d\ufe00-\ufe0f\u20e3\U0001f1e6-\U0001faff]", drawn)


def test_other_text_is_left_alone() -> None:
    for text in ("plain", "│ ◉ ONLINE … ✓✓", "食べる", "é ü ñ", "नमस्ते", "\x1b[38;2;1;2;3m│"):
        assert steady(text) == text


def test_what_follows_stays_in_its_row_though_a_terminal_restores_the_cursor_once() -> None:
    screen = pyte.Screen(20, 3)
    pyte.Stream(screen).feed("\x1b[2;1H" + steady("a👍 b"))
    assert [screen.buffer[1][x].data for x in (0, 1, 4)] == ["a", "👍", "b"]
    assert not screen.display[0].strip()


def test_flags_become_letters() -> None:
    assert steady("🇩🇪!") == "DE!"


def test_a_command_to_the_terminal_is_left_alone() -> None:
    title = "\x1b]0;👍🏻 two\x07"
    assert steady(title) == title
    assert steady(f"{title}🇩🇪") == f"{title}DE"
