"""The ends that a text can have, to be clicked."""

from collections.abc import Callable, Sequence

from textual.events import Click

from imtui.tui.kit.painted import PaintedLine
from imtui.tui.kit.spans import Span


class EndLine(PaintedLine):
    """Some ends in one line."""

    def __init__(self, ends: Sequence[str], chosen: Callable[[str], None]) -> None:
        """Make the line; ``chosen`` is told which end was clicked."""
        super().__init__()
        self._ends = ends
        self._chosen = chosen

    def spans(self, width: int) -> list[Span]:
        """Return what the line shows."""
        line: list[Span] = []
        for end in self._ends:
            line += [Span("  "), Span(end, "dim", end)]
        return line[1:]

    def on_click(self, event: Click) -> None:
        """Tell which end is under the mouse."""
        if end := self.command_at(event.x):
            self._chosen(end)
