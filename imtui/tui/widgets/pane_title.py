"""The title of a pane."""

from collections.abc import Callable

from imtui.tui.spans import Span, spread, width_of
from imtui.tui.widgets.painted import PaintedLine


class PaneTitle(PaintedLine):
    """A name on the left and a note on the right."""

    def __init__(self, title: str, note: Callable[[], str]) -> None:
        """Make a title; ``note`` is asked at each painting."""
        super().__init__()
        self._title = title
        self._note = note

    def spans(self, width: int) -> list[Span]:
        """Return what the line shows in so many cells."""
        left, right = [Span(f" {self._title}", "title")], [Span(f"{self._note()} ", "dim")]
        if width_of(left) + width_of(right) >= width:
            return left
        return spread(left, right, width)
