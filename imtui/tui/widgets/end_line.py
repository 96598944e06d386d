"""Clickable presets for when a status text ends."""

from collections.abc import Sequence

from textual.events import Click
from textual.message import Message

from imtui.tui.kit.painted import PaintedLine
from imtui.tui.kit.spans import Span


class EndLine(PaintedLine):
    """A line of clickable end presets."""

    class Chosen(Message):
        """The person clicked an end."""

        def __init__(self, end: str) -> None:
            """Make the message for an end."""
            super().__init__()
            self.end = end

    def __init__(self, ends: Sequence[str]) -> None:
        """Make the line for these ends."""
        super().__init__()
        self._ends = ends

    def spans(self, width: int) -> list[Span]:
        """Return the line; it ignores ``width``."""
        line: list[Span] = []
        for end in self._ends:
            line += [Span("  "), Span(end, "dim", end)]
        return line[1:]

    def on_click(self, event: Click) -> None:
        """Choose the end under the mouse."""
        if end := self.command_at(event.x):
            self.post_message(self.Chosen(end))
