"""A few lines that stand still until what they say is another."""

from collections.abc import Callable

from textual.events import Click
from textual.strip import Strip

from imtui.tui.kit.painted import Painted
from imtui.tui.kit.spans import Span
from imtui.tui.widgets.run_command import RunCommand

Lines = list[list[Span]]


class Board(Painted):
    """Lines that are painted again when they changed."""

    def __init__(self, lines: Callable[[int], Lines], *, id: str, grows: bool = False) -> None:
        """Make a board.

        Args:
            lines: Gives what it shows in so many cells.
            id: Its name in the style sheet.
            grows: Whether it is as high as there are lines.
        """
        super().__init__(id=id)
        self._make = lines
        self._grows = grows
        self._lines: Lines = []

    def look(self) -> None:
        """Paint what changed since the last time."""
        before, self._lines = self._lines, self._make(self.size.width)
        if before == self._lines:
            return
        if self._grows and len(before) != len(self._lines):
            self.styles.height = len(self._lines)
        self.refresh()

    def on_resize(self) -> None:
        """Make the lines anew for another width."""
        self.look()

    def render_line(self, y: int) -> Strip:
        """Return a line."""
        return self.paint(self._lines[y] if y < len(self._lines) else [], self.size.width)

    def on_click(self, event: Click) -> None:
        """Run the command of the line under the mouse."""
        line = self._lines[event.y] if event.y < len(self._lines) else []
        command = next((span.command for span in line if span.command), "")
        if command:
            self.post_message(RunCommand(command))
