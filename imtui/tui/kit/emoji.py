"""Emoji by their codes: ``:smile:``."""

import re
from typing import Final

from imtui.tui.kit.undocumented import emoji_codes

_CODE: Final = re.compile(r":([a-z0-9_+’'-]+):", re.ASCII | re.IGNORECASE)
_BEGUN: Final = re.compile(r"(?:^|(?<=\s)):([a-z0-9_+-]{2,30})$", re.IGNORECASE)


def with_emoji(text: str) -> str:
    """Return a text with known codes replaced by their emoji."""
    if ":" not in text:
        return text
    return _CODE.sub(lambda code: emoji_codes().get(code[1].lower(), code[0]), text)


def emoji_completions(before: str, most: int = 8) -> list[str]:
    """Return the codes that complete the end of a text, the shortest first."""
    begun = _BEGUN.search(before)
    if begun is None:
        return []
    stem = begun[1].lower()
    found = sorted(
        (name for name in emoji_codes() if name.startswith(stem)), key=lambda one: len(one)
    )
    return [f":{name}:" for name in found[:most]]


def begun_code(before: str) -> str:
    """Return the incomplete code at the end of a text, or an empty string."""
    match = _BEGUN.search(before)
    return "" if match is None else match[0]
