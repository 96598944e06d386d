"""The door that remote text passes before a terminal shows it."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imtui.protocol.safe_text import BIDI_CONTROLS, safe_text

BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LINE_ENDS = set("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")

anything = st.text(st.characters())  # lone surrogates included
nasty = st.text(
    st.sampled_from(
        "a é日\t\n\r\v\f\x00\x07\x08\x1b\x1c\x7f\x85\x90\x9b\x9d\u0301\u20dd\u200b\u200d\u200e"
        "\u061c\u202e\u2066\u2069\ufeff\ufe0f\u2028\u2029\ud800\udfff\U000e0041\U000e0100👩"
    )
)
texts = anything | nasty


@given(texts)
@example("\x1b]0;title\x07")
@example("\x9b31m")
def test_nothing_that_a_terminal_could_misread_passes(text: str) -> None:
    for char in safe_text(text):
        assert unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        assert char not in BIDI | LINE_ENDS


@given(texts)
def test_it_stays_one_line_of_utf_8(text: str) -> None:
    safe = safe_text(text)
    assert len(safe.splitlines()) <= 1
    assert safe.encode().decode() == safe


@given(texts)
def test_it_is_idempotent(text: str) -> None:
    safe = safe_text(text)
    assert safe_text(safe) == safe


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_printable_ascii_is_unchanged(text: str) -> None:
    assert safe_text(text) == text


def test_what_is_printable_before_the_first_mark_is_unchanged() -> None:
    for number in range(0x300):
        character = chr(number)
        category = unicodedata.category(character)
        assert category not in ("Mn", "Me")
        assert (safe_text(character) == character) == (character.isprintable())


@given(texts)
def test_it_never_grows(text: str) -> None:
    assert len(safe_text(text)) <= len(text)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("", ""),
        ("Listening to music", "Listening to music"),
        ("在开会 · café", "在开会 · café"),
        ("a\tb\nc\r\nd", "a b c  d"),
        ("a\u00a0b\u3000c\u2028d", "a b c d"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("\x9b31m\x00\x7f", "\ufffd31m\ufffd\ufffd"),
        ("abc\u202edef\u2066", "abcdef"),
        ("\u200b\u200d\ufeff\u00ad", ""),
        ("a\U000e0041b", "ab"),
        ("\u2764\ufe0f", "\u2764"),
        ("\ud83d", "\ufffd"),
        ("[bold]markup[/]", "[bold]markup[/]"),
        ("e" + "\u0301" * 9 + "x", "e" + "\u0301" * 4 + "x"),
    ],
)
def test_examples(text: str, safe: str) -> None:
    assert safe_text(text) == safe


def test_the_bidi_controls_are_those_of_unicode() -> None:
    ranges = BIDI_CONTROLS.replace("\u202a-\u202e", "\u202a\u202b\u202c\u202d\u202e")
    ranges = ranges.replace("\u2066-\u2069", "\u2066\u2067\u2068\u2069")
    assert set(ranges) == BIDI
