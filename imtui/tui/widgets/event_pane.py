"""The event pane: what happened, newest at the end."""

from array import array
from bisect import bisect_left
from typing import Final

from textual.events import Resize

from imtui.tui.kit.clock import Clock
from imtui.tui.kit.line_view import LineView
from imtui.tui.kit.spans import Span
from imtui.tui.model.events import KIND_NAMES, Event, EventKind
from imtui.tui.model.model import Model
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.render.rows import event_lines

KINDS: Final[tuple[EventKind | None, ...]] = (None, *EventKind)
"""The filters of the pane: all kinds (None), or a single one."""


class EventPane(LineView):
    """The events of the model, wrapped to the pane; it follows the end unless scrolled up."""

    def __init__(self, model: Model, glyphs: Glyphs, clock: Clock) -> None:
        """Make the pane of a model."""
        super().__init__()
        self._log = model.feed.events
        self._glyphs = glyphs
        self._clock = clock
        self._lines = array("Q")
        """The number of the event on each line; spans are made when a line is painted.

        Keeping ten thousand events as spans would take ten times the memory.
        """
        self._next = 0
        """The number of the next event to lay out."""
        self._last: Event | None = None
        """The newest event laid out, as it was then."""
        self._wrapped_to = 0
        self.kind: EventKind | None = None
        """The kind of events to show; None for all."""
        self.words = ""
        """Only events that contain all of these words are shown."""
        self.follows = True
        """Whether new events scroll the pane."""

    @property
    def shown_name(self) -> str:
        """Return what is shown: ``all``, or the name of a kind."""
        return "all" if self.kind is None else KIND_NAMES[self.kind]

    def narrow(self, kind: EventKind | None, words: str) -> None:
        """Show only events of a kind that contain all of these words."""
        if (kind, words) != (self.kind, self.words):
            self.kind, self.words = kind, words
            self._rewrap()
            self.scroll_to_line(self.max_scroll_y)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow new events exactly while the end is in sight."""
        super().watch_scroll_y(old_value, new_value)
        self.follows = new_value >= self.max_scroll_y

    def show_new(self) -> None:
        """Lay out the events added since the last call or merged into the last event."""
        if not self.line_width or (self._next == self._log.end and self._last is self._log.last):
            return
        follows = self.follows
        before, was_next = len(self._lines), self._next
        dropped = self._drop_old()
        self._drop_last_if_merged()
        kept = len(self._lines)
        self._take_new()
        if self._next == was_next and len(self._lines) == before:
            # Only the count of the last event changed.
            for number in range(kept, before):
                self.refresh_line(number)
            return
        self.set_line_count(len(self._lines))
        if follows:
            self.scroll_to_line(self.max_scroll_y)
        elif dropped:
            self.scroll_to_line(max(self.scroll_offset.y - dropped, 0))
        self.refresh()

    def _drop_old(self) -> int:
        """Drop the lines of events that left the log, and return their number."""
        dropped = bisect_left(self._lines, self._log.first)
        del self._lines[:dropped]
        return dropped

    def _drop_last_if_merged(self) -> None:
        if self._next == 0 or self._log.at(self._next - 1) is self._last:
            return
        self._next -= 1
        while self._lines and self._lines[-1] == self._next:
            self._lines.pop()

    def _take_new(self) -> None:
        start = max(self._next, self._log.first)
        for number, event in enumerate(self._log.since(start), start):
            if self.kind in (None, event.kind) and event.matches(self.words):
                self._lines.extend([number] * len(self._wrap(event)))
        self._next, self._last = self._log.end, self._log.last

    def _wrap(self, event: Event) -> list[list[Span]]:
        return event_lines(event, self.line_width, self._glyphs, self._clock)

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return a line of an event, or a hint if no event matches."""
        if number >= len(self._lines):
            narrowed = self.kind is not None or bool(self.words)
            none_fits = number == 0 and narrowed and len(self._log) > 0
            return ([Span(" Nothing fits: Esc shows all", "dim")] if none_fits else []), ""
        event = self._log.at(self._lines[number])
        first = number
        while first > 0 and self._lines[first - 1] == self._lines[number]:
            first -= 1
        lines = [] if event is None else self._wrap(event)
        # An event that was merged meanwhile may have fewer lines than were laid out.
        return (lines[number - first] if number - first < len(lines) else []), ""

    def on_resize(self, event: Resize) -> None:
        """Wrap the events again if the width changed, and keep following the end."""
        if not self.line_width:
            return
        follows = self.follows
        if self.line_width != self._wrapped_to:
            self._rewrap()
        else:
            # What came while it was hidden.
            self.show_new()
        if follows:
            self.scroll_to_line(self.max_scroll_y)

    def _rewrap(self) -> None:
        self._wrapped_to = self.line_width
        del self._lines[:]
        self._next = self._log.first
        if self.line_width:
            self._take_new()
        self.set_line_count(len(self._lines))
        self.refresh()
