"""The boards of the console: groups of lines that are repainted only when they change."""

from textual.events import Click
from textual.strip import Strip

from imtui.tui.console.lines import figure_lines, head_line, help_lines, switch_lines
from imtui.tui.console.model import ConsoleModel
from imtui.tui.kit.clock import Clock
from imtui.tui.kit.painted import Painted
from imtui.tui.kit.spans import Span
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.widgets.run_command import RunCommand

Lines = list[list[Span]]


class Board(Painted):
    """A few painted lines; subclasses override ``make_lines``."""

    def __init__(
        self, model: ConsoleModel, glyphs: Glyphs, *, id: str, grows: bool = False
    ) -> None:
        """Create a board.

        Args:
            model: The model to show.
            glyphs: The characters to draw with.
            id: The widget's ID in the style sheet.
            grows: Whether the height follows the number of lines.
        """
        super().__init__(id=id)
        self._model = model
        self._glyphs = glyphs
        self._grows = grows
        self._lines: Lines = []

    def make_lines(self, width: int) -> Lines:
        """Return the current lines, ``width`` cells wide."""
        raise NotImplementedError

    def show_changes(self) -> None:
        """Repaint the board if its lines changed."""
        before, self._lines = self._lines, self.make_lines(self.size.width)
        if before == self._lines:
            return
        if self._grows and len(before) != len(self._lines):
            self.styles.height = len(self._lines)
        self.refresh()

    def on_resize(self) -> None:
        """Lay the lines out for the new width."""
        self.show_changes()

    def render_line(self, y: int) -> Strip:
        """Return a line."""
        return self.paint(self._lines[y] if y < len(self._lines) else [], self.size.width)

    def on_click(self, event: Click) -> None:
        """Run the command of the line under the mouse."""
        line = self._lines[event.y] if event.y < len(self._lines) else []
        command = next((span.command for span in line if span.command), "")
        if command:
            self.post_message(RunCommand(command))


class HeadBoard(Board):
    """The backend and whether the console is connected to it."""

    def __init__(self, model: ConsoleModel, where: str, glyphs: Glyphs, clock: Clock) -> None:
        """Create the header; ``where`` names the backend."""
        super().__init__(model, glyphs, id="head")
        self._where = where
        self._clock = clock

    def make_lines(self, width: int) -> Lines:
        """Return the header line."""
        return [head_line(self._model, self._where, width, self._glyphs, self._clock)]


class SwitchBoard(Board):
    """The switches, each with its key."""

    def make_lines(self, width: int) -> Lines:
        """Return a line for each switch."""
        return switch_lines(self._model, width, self._glyphs)


class FigureBoard(Board):
    """The live figures."""

    def make_lines(self, width: int) -> Lines:
        """Return the lines of figures."""
        return figure_lines(self._model, width, self._glyphs)


class HelpBoard(Board):
    """A notice to the admin, or else the keys of the focused pane."""

    def make_lines(self, width: int) -> Lines:
        """Return the notice or the keys."""
        in_log = self.screen.has_class("-in-log")
        return help_lines(self._model, in_log, width, self._glyphs)
