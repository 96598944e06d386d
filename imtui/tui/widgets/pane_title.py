"""The title of a pane."""

from collections.abc import Sequence

from textual.events import Click
from textual.widget import Widget

from imtui.tui.kit.painted import PaintedLine
from imtui.tui.kit.spans import Span, spread, width_of
from imtui.tui.widgets.run_command import RunCommand


class PaneTitle(PaintedLine):
    """A name on the left and a note on the right; subclasses override ``notes``."""

    def __init__(self, title: str, command_id: str = "") -> None:
        """Make a title.

        Args:
            title: The name on the left.
            command_id: The command that a click on the note runs, if any.
        """
        super().__init__()
        self._title = title
        self._command_id = command_id

    def notes(self) -> Sequence[str]:
        """Return the possible notes, longest first; the first that fits is shown."""
        return ()

    def spans(self, width: int) -> list[Span]:
        """Return the line, ``width`` cells wide."""
        pane = self.parent
        current = isinstance(pane, Widget) and pane.has_focus_within
        left = [Span(" "), Span(self._title, "current" if current else "title")]
        for note in self.notes():
            right = [Span(f"{note} ", "dim", self._command_id)]
            if width_of(left) + width_of(right) < width:
                return spread(left, right, width)
        return left

    def on_click(self, event: Click) -> None:
        """Run the command of the note under the mouse."""
        if command_id := self.command_at(event.x):
            self.post_message(RunCommand(command_id))
