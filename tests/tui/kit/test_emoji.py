"""Codes become emoji only where they were typed and stand alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.tui.kit.emoji import Change, TypedCodes, complete_emoji
from imtui.tui.kit.undocumented.names import emoji_codes

KEYS = st.sampled_from([*":::tadao1x{}/.h ", ":tada:", ":o:", "a:key:b"])
"""What is typed, key by key; some codes as a whole, so that they are met often."""
BACKSPACE, PASTE = "\b", "\x16"


class Line:
    """An input of one line with the cursor at its end, and what it would be without emoji."""

    def __init__(self) -> None:
        self.text = ""
        self.plain = ""
        self.codes = TypedCodes()

    def type(self, char: str) -> None:
        change = self.codes.typed(char, self.text)
        self.plain += char
        self.text = self.text + char if change is None else self._changed(change)

    def backspace(self) -> bool:
        """Press Backspace; return whether it brought a code back."""
        change = self.codes.backspace(self.text)
        self.text = self.text[:-1] if change is None else self._changed(change)
        return change is not None

    def paste(self, text: str) -> None:
        self.codes.reset()
        self.text += text
        self.plain += text

    def _changed(self, change: Change) -> str:
        assert self.text.endswith(change.old)
        return self.text.removesuffix(change.old) + change.new


def stands_alone(line: str) -> bool:
    """Tell whether a line ends with a known code by itself."""
    word = line.split(" ")[-1]
    return len(word) > 2 and word[0] == word[-1] == ":" and word[1:-1].casefold() in emoji_codes()


@given(st.lists(st.one_of(KEYS, st.just(BACKSPACE)), max_size=40))
def test_without_a_space_after_a_standing_code_all_stays_as_typed(keys: list[str]) -> None:
    line = Line()
    for key in keys:
        for char in key:
            if char == BACKSPACE:
                assert not line.backspace()
                line.plain = line.plain[:-1]
            elif char != " " or not stands_alone(line.plain):
                line.type(char)
        assert line.text == line.plain


@given(st.lists(st.one_of(KEYS, st.just(PASTE)), max_size=20))
def test_what_is_pasted_stays_as_it_is(keys: list[str]) -> None:
    line = Line()
    for key in keys:
        if key == PASTE:
            line.paste(":tada: x :key:")
        else:
            for char in key.replace(":", ";"):
                line.type(char)
    assert line.text == line.plain


@given(st.text(alphabet=":tada x", max_size=20), st.sampled_from(sorted(emoji_codes())))
def test_a_standing_code_becomes_its_emoji_and_backspace_brings_it_back(
    begun: str, name: str
) -> None:
    line = Line()
    line.paste(begun)
    line.type(" ")
    before = line.text
    for char in f":{name}:":
        line.type(char)
    line.type(" ")
    if set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-+’'"):
        assert line.text == f"{before}{emoji_codes()[name]} "
        assert line.backspace()
    assert line.text == f"{before}:{name}: "
    line.type("x")
    line.backspace()
    line.backspace()
    line.type(" ")
    assert line.text == f"{before}:{name}: ", "it was refused once"


@pytest.mark.parametrize(
    "text",
    ["{a:key:b}", "http://h:8080/x:tada:y", "00:0a:ab:cd:ef:10", "x :nonsense: y", "::", ":"],
)
def test_inside_a_word_nothing_changes(text: str) -> None:
    line = Line()
    for char in f"{text} ":
        line.type(char)
    assert line.text == f"{text} "


def test_a_begun_code_is_completed_by_its_emoji() -> None:
    found = complete_emoji("well :smi")
    assert (found.begun, found.emoji[0]) == (":smi", "😄")
    assert len(found.emoji) == len(set(found.emoji)) > 1
    assert complete_emoji(":tada:").emoji == ("🎉",)
    for text in ("", ":", "a:key", "http://x:tada", "x:tada:", ":nonsense_at_all", ":tada: "):
        assert not complete_emoji(text).emoji
