"""Emoji by their codes, such as ``:smile:``, put in while one types."""

import re
from typing import Final

from msgspec import Struct

from imtui.tui.kit.undocumented.names import emoji_codes

_CODE: Final = re.compile(r":([a-z0-9_+’'-]+):", re.ASCII | re.IGNORECASE)
_BEGUN: Final = re.compile(
    r"(?:^|(?<=\s)):(?:([a-z0-9_+-]{2,30})|([a-z0-9_+’'-]{1,60}):)$", re.ASCII | re.IGNORECASE
)
_WORD_MAX: Final = 80


class Change(Struct, frozen=True):
    """A change at the end of the text before the cursor."""

    old: str
    """What is there."""
    new: str
    """What is to be there instead."""


class Completions(Struct, frozen=True):
    """The emoji that a begun code can become."""

    begun: str = ""
    """The code; empty if none was begun."""
    emoji: tuple[str, ...] = ()
    """The likeliest first."""


class TypedCodes:
    """Follow the keys of one input, and turn codes that stand alone into their emoji.

    A code must have been typed in one go. What was pasted, or was there before, stays as it is.
    """

    def __init__(self) -> None:
        """Start with nothing typed."""
        self._word = ""
        """What was typed since the last space."""
        self._undo: Change | None = None
        self._undone_word = ""
        """What was typed since the last space, once the code is back."""

    def reset(self) -> None:
        """Forget what was typed: the cursor or the text changed otherwise."""
        self._word = ""
        self._undo = None

    def typed(self, char: str, before: str) -> Change | None:
        """Return the change that a typed character makes instead of being inserted, if any.

        Args:
            char: The character.
            before: The line before the cursor.
        """
        word, self._undo = self._word, None
        self._word = "" if char.isspace() else (word + char)[-_WORD_MAX:]
        if char != " " or not _stands_alone(word, before):
            return None
        emoji = _emoji(word)
        if not emoji:
            return None
        self._undo, self._undone_word = Change(f"{emoji} ", f"{word} "), ""
        return Change(word, f"{emoji} ")

    def completed(self, begun: str, emoji: str) -> None:
        """Note that a begun code became an emoji, or that another one took its place."""
        if self._undo is None:
            self._undone_word = self._word
        self._word = ""
        self._undo = Change(emoji, begun)

    def backspace(self, before: str) -> Change | None:
        """Return the change that brings a code back; None if a character is to be deleted.

        Args:
            before: The line before the cursor.
        """
        undo, self._undo = self._undo, None
        if undo is not None and before.endswith(undo.old):
            self._word = self._undone_word
            return undo
        self._word = self._word[:-1]
        return None


def complete_emoji(before: str, most: int = 8) -> Completions:
    """Return the emoji for the code that was begun at the end of a text."""
    begun = _BEGUN.search(before)
    if begun is None:
        return Completions()
    if begun[2]:
        emoji = _emoji(begun[0])
        return Completions(begun[0], (emoji,) if emoji else ())
    stem = begun[1].lower()
    names = sorted((name for name in emoji_codes() if name.startswith(stem)), key=len)
    found = dict.fromkeys(emoji_codes()[name] for name in names)
    return Completions(begun[0], tuple(found)[:most])


def _stands_alone(word: str, before: str) -> bool:
    return before.endswith(word) and not before.removesuffix(word)[-1:].strip()


def _emoji(word: str) -> str:
    code = _CODE.fullmatch(word)
    return "" if code is None else emoji_codes().get(code[1].lower(), "")
