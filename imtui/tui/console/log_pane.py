"""The log of changes, the newest at the end."""

from textual.events import Resize

from imtui.tui.console.lines import log_line
from imtui.tui.console.model import ConsoleModel
from imtui.tui.kit.clock import Clock
from imtui.tui.kit.line_view import LineView
from imtui.tui.kit.spans import Span
from imtui.tui.render.glyphs import Glyphs


class LogPane(LineView):
    """The log, one line per change; it follows the end unless it is scrolled up."""

    def __init__(self, model: ConsoleModel, glyphs: Glyphs, clock: Clock) -> None:
        """Create the pane of a model's log."""
        super().__init__(id="log-pane")
        self._log = model.log
        self._glyphs = glyphs
        self._clock = clock
        self._first = 0
        """The number of the change on the first line."""
        self._end = 0
        self.follows = True
        """Whether new changes scroll the pane."""

    def show_changes(self) -> None:
        """Show the changes that were logged since the last call."""
        if self._end == self._log.end:
            return
        dropped = self._log.first - self._first
        self._first, self._end = self._log.first, self._log.end
        follows = self.follows
        self.set_line_count(self._end - self._first)
        if follows:
            self.scroll_to_line(self.max_scroll_y)
        elif dropped:
            self.scroll_to_line(max(self.scroll_offset.y - dropped, 0))
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end while the pane is scrolled to it."""
        super().watch_scroll_y(old_value, new_value)
        self.follows = new_value >= self.max_scroll_y

    def on_resize(self, event: Resize) -> None:
        """Keep the end visible if the pane follows it."""
        if self.follows:
            self.scroll_to_line(self.max_scroll_y)

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return the line of a change."""
        item = self._log.at(self._first + number)
        return ([] if item is None else log_line(item, width, self._glyphs, self._clock)), ""
