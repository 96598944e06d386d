"""The title of a pane."""

from collections.abc import Callable, Sequence

from imtui.tui.spans import Span, spread, width_of
from imtui.tui.widgets.painted import PaintedLine


class PaneTitle(PaintedLine):
    """A name on the left and a note on the right."""

    def __init__(self, title: str, note: Callable[[], Sequence[str]]) -> None:
        """Make a title; ``note`` gives the notes of which the first that fits is shown."""
        super().__init__()
        self._title = title
        self._note = note

    def spans(self, width: int) -> list[Span]:
        """Return what the line shows in so many cells."""
        left = [Span(f" {self._title}", "title")]
        for note in self._note():
            right = [Span(f"{note} ", "dim")]
            if width_of(left) + width_of(right) < width:
                return spread(left, right, width)
        return left
