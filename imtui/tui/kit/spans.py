"""Styled text of one line, before it is rendered."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import chop_cells

from imtui.tui.kit.cells import cell_len, fit


class Span(Struct, frozen=True):
    """A piece of a line with one style."""

    text: str
    style: str = ""
    """The name of a style in the style sheet; empty for the widget's style."""
    command: str = ""
    """The ID of the command that a click runs, if any."""
    link: str = ""
    """The URL that the terminal opens on a click, if any."""


def width_of(spans: Iterable[Span]) -> int:
    """Return the width of the spans in cells."""
    return sum(cell_len(span.text) for span in spans)


def crop(spans: Iterable[Span], width: int, ellipsis: str = "…") -> list[Span]:
    """Return the spans cut to at most ``width`` cells, with an ellipsis if they were cut."""
    line: list[Span] = []
    for span in spans:
        room = width - width_of(line)
        line.append(replace(span, text=fit(span.text, room, ellipsis)))
        if cell_len(span.text) >= room:
            break
    return line


def spread(left: list[Span], right: list[Span], width: int) -> list[Span]:
    """Return ``left``, a gap, and ``right`` at the end of the line.

    If both do not fit, ``right`` is left out.
    """
    gap = width - width_of(left) - width_of(right)
    return [*left, Span(" " * gap), *right] if gap > 0 else left


def wrap(
    spans: Iterable[Span], width: int, ellipsis: str = "…", *, cut: bool = False
) -> list[list[Span]]:
    """Break spans into lines of at most ``width`` cells, between words where possible.

    A word that is too long for a line is shortened, or continued on the next line with ``cut``.
    """
    spans = list(spans)
    if width_of(spans) <= width:
        return [spans]
    lines: list[list[Span]] = [[]]
    used = 0
    for span in spans:
        for word in _split_words(span.text):
            *full, word = chop_cells(word, width) if cut and cell_len(word) > width else [word]
            for piece in full:
                lines.append([replace(span, text=piece)])
                used = width
            piece = fit(word, width, ellipsis)
            if used + cell_len(piece.rstrip()) > width:
                lines.append([])
                used = 0
                piece = piece.lstrip()
            if piece:
                _append(lines[-1], replace(span, text=piece))
                used += cell_len(piece)
    return [line for line in lines if line] or [[]]


def _append(line: list[Span], span: Span) -> None:
    if line and replace(line[-1], text=span.text) == span:
        span = replace(span, text=line.pop().text + span.text)
    line.append(span)


def _split_words(text: str) -> list[str]:
    """Return the words of a text, each with the space after it."""
    words = text.split(" ")
    return [f"{word} " for word in words[:-1]] + [word for word in words[-1:] if word]
