"""Toasts: which of them are shown, as which lines, and where on the screen."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from imtui.protocol.safe_text import safe_text
from imtui.tui.kit.spans import Span, width_of, wrap
from imtui.tui.render.glyphs import Glyphs

TOASTS_MAX: Final = 3
SHOWN_FOR: Final = 4.0
"""Seconds for which a toast is shown after its last change."""
LINES_MAX: Final = 3
"""A toast with more lines is cut."""
_WIDTH_MAX: Final = 60
_FRAME_WIDTH: Final = 3
"""The bar on the left, and a space on each side of the text."""
_TOP: Final = 3
"""Above it are the top line and the titles of the panes."""


class Toast(Struct, frozen=True):
    """One toast."""

    sender: str
    """Whom or what it is from; a sender has one toast at most."""
    words: str
    is_error: bool
    ends_at: float
    """When it goes, on the monotonic clock."""


class Toasts:
    """The toasts that are shown: one for each sender, and at most three."""

    def __init__(self) -> None:
        """Start without toasts."""
        self._toasts: dict[str, Toast] = {}

    @property
    def shown(self) -> list[Toast]:
        """Return the toasts, the topmost first; each keeps its place while it changes."""
        return list(self._toasts.values())

    @property
    def next_end(self) -> float | None:
        """Return when the next toast goes, on the monotonic clock; None without toasts."""
        return min((toast.ends_at for toast in self._toasts.values()), default=None)

    def put(self, sender: str, words: str, now: float, *, is_error: bool = False) -> None:
        """Show words as the toast of a sender; over the limit, the one that ends first goes."""
        self._toasts[sender] = Toast(sender, safe_text(words), is_error, now + SHOWN_FOR)
        if len(self._toasts) > TOASTS_MAX:
            others = [one for one in self._toasts if one != sender]
            del self._toasts[min(others, key=lambda one: self._toasts[one].ends_at)]

    def drop(self, sender: str) -> bool:
        """Remove the toast of a sender; return whether there was one."""
        return self._toasts.pop(sender, None) is not None

    def expire(self, now: float) -> None:
        """Remove the toasts that have ended."""
        self._toasts = {
            sender: toast for sender, toast in self._toasts.items() if toast.ends_at > now
        }

    def clear(self) -> None:
        """Remove all toasts."""
        self._toasts.clear()


class Box(NamedTuple):
    """A rectangle of cells on the screen."""

    x: int
    y: int
    width: int
    height: int

    def overlaps(self, other: "Box") -> bool:
        """Tell whether two boxes have a cell in common."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


class PlacedToasts(Struct, frozen=True):
    """Toasts as lines, and the box that the lines fill."""

    box: Box
    lines: Sequence[Sequence[Span]]


def place_toasts(
    toasts: Sequence[Toast], width: int, height: int, taken: Sequence[Box], glyphs: Glyphs
) -> PlacedToasts | None:
    """Return the toasts where they cover nothing that is taken.

    Without room for all of them, each is cut to one line, then the topmost ones are left out.

    Args:
        toasts: The toasts, the topmost first.
        width: The width of the screen in cells.
        height: The height of the screen in cells.
        taken: What must not be covered.
        glyphs: The characters to draw with.

    Returns:
        The toasts, or None if there are none or nowhere is room.
    """
    room = min(width - 2, _WIDTH_MAX) - _FRAME_WIDTH
    if room <= 0:
        return None
    for first in range(len(toasts)):
        for lines_max in (LINES_MAX, 1):
            texts = [_toast_lines(one, room, lines_max, glyphs) for one in toasts[first:]]
            text_width = max(width_of(line) for lines in texts for line in lines)
            lines = [
                [Span(glyphs.bar, style), Span(" "), *line]
                for toast, text in zip(toasts[first:], texts, strict=True)
                for style in ("alert" if toast.is_error else "accent",)
                for line in text
            ]
            for box in _places(text_width + _FRAME_WIDTH, len(lines), width, height):
                if not any(box.overlaps(other) for other in taken):
                    return PlacedToasts(box, lines)
    return None


def _toast_lines(toast: Toast, room: int, lines_max: int, glyphs: Glyphs) -> list[list[Span]]:
    lines = wrap([Span(toast.words)], room, glyphs.ellipsis, cut=True)
    if len(lines) <= lines_max:
        return lines
    *whole, last = lines[:lines_max]
    cut = "".join(span.text for span in last).rstrip()
    # The room may be less than the whole mark.
    mark = glyphs.ellipsis[:room]
    while cut and width_of([Span(cut + mark)]) > room:
        cut = cut[:-1]
    return [*whole, [Span(cut + mark)]]


def _places(width: int, height: int, screen_width: int, screen_height: int) -> Iterator[Box]:
    """Return where a box may lie, the best place first: on the right, below the titles."""
    lowest = screen_height - height
    for y in (*range(_TOP, lowest + 1), *range(min(_TOP - 1, lowest), -1, -1)):
        for x in dict.fromkeys((screen_width - width - 1, 0)):
            yield Box(x, y, width, height)
