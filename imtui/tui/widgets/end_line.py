"""The ends that a text can have, to be clicked."""

from collections.abc import Sequence

from textual.events import Click
from textual.message import Message

from imtui.tui.kit.painted import PaintedLine
from imtui.tui.kit.spans import Span


class EndLine(PaintedLine):
    """Some ends in one line."""

    class Chosen(Message):
        """An end was clicked."""

        def __init__(self, end: str) -> None:
            """Make the message for an end."""
            super().__init__()
            self.end = end

    def __init__(self, ends: Sequence[str]) -> None:
        """Make the line of some ends."""
        super().__init__()
        self._ends = ends

    def spans(self, width: int) -> list[Span]:
        """Return what the line shows."""
        line: list[Span] = []
        for end in self._ends:
            line += [Span("  "), Span(end, "dim", end)]
        return line[1:]

    def on_click(self, event: Click) -> None:
        """Choose the end under the mouse."""
        if end := self.command_at(event.x):
            self.post_message(self.Chosen(end))
