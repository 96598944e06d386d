"""Styled text of one line, before it is painted: what stands where, and in which style."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from imtui.tui.cells import fit


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line."""

    text: str
    style: str = ""
    """The name of a style in the style sheet; empty for the widget's own."""
    command: str = ""
    """The ID of the command that a click runs, if any."""


def width_of(spans: Iterable[Span]) -> int:
    """Return how many cells the spans take."""
    return sum(cell_len(span.text) for span in spans)


def crop(spans: Iterable[Span], width: int, ellipsis: str = "…") -> list[Span]:
    """Return the spans in at most ``width`` cells, ending in an ellipsis where they were cut."""
    line: list[Span] = []
    for span in spans:
        room = width - width_of(line)
        line.append(Span(fit(span.text, room, ellipsis), span.style, span.command))
        if cell_len(span.text) >= room:
            break
    return line


def spread(left: list[Span], right: list[Span], width: int) -> list[Span]:
    """Return ``left``, space, and ``right`` at the end of the line; ``right`` goes first."""
    gap = width - width_of(left) - width_of(right)
    return [*left, Span(" " * gap), *right] if gap > 0 else left


def wrap(spans: Iterable[Span], width: int, ellipsis: str = "…") -> list[list[Span]]:
    """Break spans into lines of at most ``width`` cells, between words where possible."""
    spans = list(spans)
    if width_of(spans) <= width:
        return [spans]
    lines: list[list[Span]] = [[]]
    used = 0
    for span in spans:
        for word in _words(span.text):
            piece = fit(word, width, ellipsis)
            if used + cell_len(piece.rstrip()) > width:
                lines.append([])
                used = 0
                piece = piece.lstrip()
            if piece:
                _append(lines[-1], Span(piece, span.style, span.command))
                used += cell_len(piece)
    return lines


def _append(line: list[Span], span: Span) -> None:
    if line and line[-1].style == span.style and line[-1].command == span.command:
        span = Span(line.pop().text + span.text, span.style, span.command)
    line.append(span)


def _words(text: str) -> list[str]:
    """Return the words of a text, each with the space behind it."""
    words = text.split(" ")
    return [f"{word} " for word in words[:-1]] + [word for word in words[-1:] if word]
