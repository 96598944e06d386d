"""The characters to draw with; a status has a glyph, a word and a colour, not only a colour."""

from functools import cached_property
from typing import Final

from msgspec import Struct

from imtui.protocol.status import UserStatusType


class Badge(Struct, frozen=True):
    """The badge of a general status."""

    glyph: str
    word: str

    @property
    def style(self) -> str:
        """Return the name of its style in the style sheet."""
        return f"presence--{self.word.lower()}"

    def __str__(self) -> str:
        """Return the glyph and the word."""
        return f"{self.glyph} {self.word}"


class Glyphs(Struct, frozen=True, dict=True):
    """The characters that the app draws with."""

    badges: dict[UserStatusType, Badge]
    open_quote: str
    close_quote: str
    ellipsis: str
    dot: str
    cursor: str
    favourite: str
    watched: str
    folded: str
    open: str
    rule: str
    """Repeated to draw a line between parts of a conversation."""
    bar: str
    """Precedes a quote."""
    sending: str
    sent: str
    read: str
    failed: str

    @cached_property
    def badge_width(self) -> int:
        """Return the width of the widest badge in cells."""
        return max(len(str(badge)) for badge in self.badges.values())

    @property
    def characters(self) -> str:
        """Return all characters of this set."""
        values = (getattr(self, name) for name in self.__struct_fields__ if name != "badges")
        return self.legend + "".join(values)

    @cached_property
    def legend(self) -> str:
        """Return all badges, as a legend."""
        return "  ".join(str(badge) for badge in self.badges.values())

    def badge(self, status: UserStatusType) -> Badge:
        """Return the badge of a general status."""
        return self.badges[status]

    def quote(self, text: str) -> str:
        """Return a text in quotation marks."""
        return f"{self.open_quote}{text}{self.close_quote}"

    def adapt(self, words: str) -> str:
        """Return a text by the app in the characters of this set."""
        if self is ASCII:
            for fancy, simple in _ASCII_REPLACEMENTS.items():
                words = words.replace(fancy, simple)
        return words


def _badges(online: str, offline: str, unlogined: str, unknown: str) -> dict[UserStatusType, Badge]:
    glyphs = {
        UserStatusType.ONLINE: online,
        UserStatusType.OFFLINE: offline,
        UserStatusType.UNLOGINED: unlogined,
        UserStatusType.UNKNOWN: unknown,
    }
    return {status: Badge(glyph, status.name) for status, glyph in glyphs.items()}


# Filled and hollow dots and black stars have an "ambiguous" width: two cells in some terminals.
# These glyphs always have one.
UNICODE: Final = Glyphs(
    _badges("◉", "◦", "◌", "?"),
    open_quote="“",
    close_quote="”",
    ellipsis="…",
    dot="·",
    cursor="▸",
    favourite="✦",
    watched="⚑",
    folded="▹",
    open="▾",
    rule="─",
    bar="│",
    sending="…",
    sent="✓",
    read="✓✓",
    failed="✗ no",
)
ASCII: Final = Glyphs(
    _badges("[+]", "[-]", "[ ]", "[?]"),
    open_quote='"',
    close_quote='"',
    ellipsis="...",
    dot="-",
    cursor=">",
    favourite="*",
    watched="!",
    folded="+",
    open="-",
    rule="-",
    bar="|",
    sending="...",
    sent="sent",
    read="read",
    failed="FAIL",
)

_ASCII_REPLACEMENTS: Final = {
    "·": "-",
    "…": "...",
    "“": '"',
    "”": '"',
    "’": "'",
    "↑": "up",
    "↓": "down",
}
