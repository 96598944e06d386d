"""Shortening a text to a number of bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.cli.shortening import shorten

FAMILY = "👩‍👩‍👧"
FRENCH, GERMAN = "🇫🇷", "🇩🇪"


@pytest.mark.parametrize(
    ("text", "most", "kept"),
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hell"),
        ("  hello  ", 5, "hello"),
        ("é" * 51, 100, "é" * 50),
        ("a会議", 5, "a会"),
        ("one two", 4, "one"),
        ("👍🏽👍🏽", 15, "👍🏽"),
        ("👍🏽", 4, ""),
        (f"a{FAMILY}", 12, "a"),
        ("e\u0301e\u0301", 5, "e\u0301"),
        (f"{FRENCH}{GERMAN}", 15, FRENCH),
        (f"{FRENCH}{GERMAN}", 12, FRENCH),
        (f"{FRENCH}x", 8, FRENCH),
        (f"x{FRENCH}", 5, "x"),
    ],
)
def test_what_is_kept(text: str, most: int, kept: str) -> None:
    assert shorten(text, most) == kept


@given(st.text(max_size=60), st.integers(0, 100))
def test_it_is_a_beginning_that_fits(text: str, most: int) -> None:
    kept = shorten(text, most)
    assert text.strip().startswith(kept)
    assert len(kept.encode("utf-8", "surrogatepass")) <= most
