"""Makes remote text safe to show in a terminal."""

import re
import unicodedata
from typing import Final

# Unicode's Bidi_Control property.
BIDI_CONTROLS: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"

_LINE_END: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_REPLACEMENT: Final = "\ufffd"
_COMBINING_MAX: Final = 4
_FIRST_MARK: Final = "\u0300"
_VARIATION_SELECTORS: Final = frozenset(
    map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
)


def safe_text(text: str) -> str:
    """Return ``text`` as one line that no terminal can misread.

    White space and line ends become spaces. Controls and lone surrogates become U+FFFD, which
    shows that something was there. Format characters (bidirectional controls, joiners, tags) and
    variation selectors are dropped, as they change widths. Of consecutive combining marks, the
    first four are kept.
    """
    # Printable text from before the first combining mark has nothing to replace.
    if text.isprintable() and (text.isascii() or max(text) < _FIRST_MARK):
        return text
    out: list[str] = []
    combining = 0
    for char in text:
        category = unicodedata.category(char)
        combining = combining + 1 if category in ("Mn", "Me") else 0
        if category in ("Zs", "Zl", "Zp") or char in "\t\n\v\f\r\x85":
            out.append(" ")
        elif category in ("Cc", "Cs"):
            out.append(_REPLACEMENT)
        elif category == "Cf" or char in _VARIATION_SELECTORS or combining > _COMBINING_MAX:
            continue
        else:
            out.append(char)
    safe = "".join(out)
    # The same object needs no memory of its own.
    return text if safe == text else safe


def safe_lines(text: str) -> list[str]:
    """Return the lines of a text, each made safe by ``safe_text``, with tabs as spaces."""
    return [safe_text(line.expandtabs(4)) for line in _LINE_END.split(text)]
