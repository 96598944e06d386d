"""Keep every character in its place, though terminals disagree on how wide emoji are."""

import re
from typing import Final

from rich.cells import cell_len

_MODIFIERS: Final = "\u200c\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
"""Joiners, variation selectors, keycaps, skin tones and tags, which change what is before them."""
_EMOJI: Final = "\U0001f000-\U0001faff\U0001fc00-\U0001ffff"
_UTF_8_MARKS: Final = (
    *(b"\xf0\x9f", b"\xef\xb8", b"\xf3\xa0"),
    *(mark.encode() for mark in "\u200c\u200d\u20e3"),
)
"""One of them is in the UTF-8 form of each group; bytes are searched much faster than patterns."""
_GROUP: Final = re.compile(
    rf"[{_EMOJI}{_MODIFIERS}\u200d](?:[{_MODIFIERS}]|(?<=\u200d)[^\x00-\x1f\x7f]|\u200d)*"
)
_COMMAND: Final = re.compile(r"(\x1b\][^\x07\x1b]*)")
_FIRST_FLAG, _LAST_FLAG = "\U0001f1e6", "\U0001f1ff"


def steady(output: str) -> str:
    """Return output for a terminal in which what follows an emoji stays where it belongs.

    Its first character stands for a group that terminals join or not, in as many cells as the
    group was counted. Flags become letters. After an emoji the cursor is put where it should be.
    """
    if output.isascii():
        return output
    encoded = output.encode("utf-8", "surrogatepass")
    if not any(mark in encoded for mark in _UTF_8_MARKS):
        return output
    parts = _COMMAND.split(output)
    parts[::2] = (_GROUP.sub(_steady_group, part) for part in parts[::2])
    return "".join(parts)


def _steady_group(found: re.Match[str]) -> str:
    group = found[0]
    if _FIRST_FLAG <= group[0] <= _LAST_FLAG:
        letter = chr(ord(group[0]) - ord(_FIRST_FLAG) + ord("A"))
        return letter + " " * (cell_len(group) - 1)
    shown = next((char for char in group if char >= _FIRST_FLAG and cell_len(char)), "")
    if not shown:
        before = found.string[: found.start()][-1:]
        before = before if before.isprintable() else ""
        return " " * (cell_len(before + group) - cell_len(before))
    width = cell_len(group)
    # The cells are cleared, and the cursor goes on from where it was before the emoji. It is saved
    # once more because some terminals forget where it was as they restore it.
    return f"\x1b7{' ' * width}\x1b8\x1b7{shown}\x1b8\x1b[{width}C" if width else ""
