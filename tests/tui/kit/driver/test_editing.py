"""Keys and pastes are adapted to inputs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, Paste
from textual.widgets import Input, Static, TextArea

from imtui.tui.kit.driver.editing import adapt_to_input, one_line


@pytest.mark.parametrize(
    ("pasted", "line"),
    [
        ("On the call\nuntil three", "On the call until three"),
        ("  one line, as it is ", "  one line, as it is "),
        ("a\r\n\r\n  b\tc\u2028d\n", "a b c d"),
        ("\n", ""),
        ("", ""),
    ],
)
def test_lines_are_joined_by_spaces(pasted: str, line: str) -> None:
    assert one_line(pasted) == line


@given(st.text())
def test_the_result_is_one_line_with_all_words(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert one_line(text).split() == text.split()


def test_only_an_input_of_one_line_joins_lines() -> None:
    for widget, text in (
        (Input(), "a b"),
        (TextArea(), "a\nb"),
        (Static(), "a\nb"),
        (None, "a\nb"),
    ):
        event = Paste("a\nb")
        adapt_to_input(event, widget)
        assert event.text == text


def test_alt_with_an_arrow_goes_by_words_only_in_inputs() -> None:
    for widget, key in ((Input(), "ctrl+left"), (TextArea(), "ctrl+left"), (Static(), "alt+left")):
        event = Key("alt+left", None)
        adapt_to_input(event, widget)
        assert event.key == key
