"""The event pane: what happened, newest at the end."""

from collections import deque

from textual.events import Resize

from imtui.tui.badges import Glyphs
from imtui.tui.clock import Clock
from imtui.tui.lines import event_lines
from imtui.tui.spans import Span
from imtui.tui.store import Store
from imtui.tui.widgets.line_view import LineView


class EventPane(LineView):
    """The events of the store, wrapped to the pane; it follows the end unless scrolled up."""

    def __init__(self, store: Store, glyphs: Glyphs, clock: Clock) -> None:
        """Make the pane of a store."""
        super().__init__()
        self._log = store.events
        self._glyphs = glyphs
        self._clock = clock
        self._lines: deque[list[Span]] = deque()
        self._heights: deque[int] = deque()
        """How many lines each event takes, the oldest first."""
        self._next = 0
        """The number of the first event that is not shown yet."""
        self._wrapped_to = 0
        self.follows = True
        """Whether new events scroll the pane."""

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end from when it is scrolled to until it is scrolled away from."""
        super().watch_scroll_y(old_value, new_value)
        self.follows = new_value >= self.max_scroll_y

    def show_new(self) -> None:
        """Take in the events that came since the last time."""
        if self._next == self._log.end or not self.line_width:
            return
        follows = self.follows
        dropped = self._drop_old()
        self._take_new()
        self.set_line_count(len(self._lines))
        if follows:
            self.scroll_to_line(self.max_scroll_y)
        elif dropped:
            self.scroll_to_line(max(self.scroll_offset.y - dropped, 0))
        self.refresh()

    def _drop_old(self) -> int:
        """Forget the lines of events that the log has dropped, and return how many they were."""
        dropped = 0
        while self._heights and self._next - len(self._heights) < self._log.first:
            height = self._heights.popleft()
            dropped += height
            for _ in range(height):
                self._lines.popleft()
        return dropped

    def _take_new(self) -> None:
        for event in self._log.since(self._next):
            lines = event_lines(event, self.line_width, self._glyphs, self._clock)
            self._lines.extend(lines)
            self._heights.append(len(lines))
        self._next = self._log.end

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return a line of an event."""
        return (self._lines[number] if number < len(self._lines) else []), ""

    def on_resize(self, event: Resize) -> None:
        """Wrap the events anew if the width is another, and keep the end in sight."""
        if not self.line_width:
            return
        follows = self.follows
        if self.line_width != self._wrapped_to:
            self._wrap_anew()
        if follows:
            self.scroll_to_line(self.max_scroll_y)

    def _wrap_anew(self) -> None:
        self._wrapped_to = self.line_width
        self._lines.clear()
        self._heights.clear()
        self._next = self._log.first
        self._take_new()
        self.set_line_count(len(self._lines))
        self.refresh()
