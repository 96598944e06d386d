"""Shortening a text to a number of bytes."""

from typing import Final

_REGIONAL: Final = "".join(map(chr, range(0x1F1E6, 0x1F200)))
"""The letters that make flags in pairs."""


def shorten(text: str, most_bytes: int) -> str:
    """Return the beginning of ``text`` that takes at most ``most_bytes`` bytes of UTF-8.

    What a reader sees as one character, such as an emoji with its skin tone, stays whole or goes.
    """
    text = text.strip()
    if len(text.encode("utf-8", "surrogatepass")) <= most_bytes:
        return text
    from rich.cells import split_graphemes

    end = size = 0
    for start, stop, _ in split_graphemes(text)[0]:
        size += len(text[start:stop].encode("utf-8", "surrogatepass"))
        if size > most_bytes:
            break
        end = stop
    # A flag is two letters, which count as two characters above.
    kept = text[:end]
    letters = len(kept) - len(kept.rstrip(_REGIONAL))
    if letters % 2 and text[end] in _REGIONAL:
        kept = kept[:-1]
    return kept.rstrip()
