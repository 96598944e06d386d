"""The title of a pane."""

from collections.abc import Callable, Sequence

from textual.events import Click
from textual.widget import Widget

from imtui.tui.kit.painted import PaintedLine
from imtui.tui.kit.spans import Span, spread, width_of
from imtui.tui.widgets.run_command import RunCommand


class PaneTitle(PaintedLine):
    """A name on the left and a note on the right."""

    def __init__(self, title: str, note: Callable[[], Sequence[str]], command_id: str = "") -> None:
        """Make a title.

        Args:
            title: What stands on the left.
            note: Gives the notes of which the first that fits is shown.
            command_id: The command that a click on the note runs, if any.
        """
        super().__init__()
        self._title = title
        self._note = note
        self._command_id = command_id

    def spans(self, width: int) -> list[Span]:
        """Return what the line shows in so many cells."""
        pane = self.parent
        current = isinstance(pane, Widget) and pane.has_focus_within
        left = [Span(" "), Span(self._title, "current" if current else "title")]
        for note in self._note():
            right = [Span(f"{note} ", "dim", self._command_id)]
            if width_of(left) + width_of(right) < width:
                return spread(left, right, width)
        return left

    def on_click(self, event: Click) -> None:
        """Run the command of the note under the mouse."""
        if command_id := self.command_at(event.x):
            self.post_message(RunCommand(command_id))
