"""The friend list: live badges and texts, painted row by row."""

from typing import Final

from textual.events import Click, Resize

from imtui.tui.badges import Glyphs
from imtui.tui.clock import Clock, Throttle
from imtui.tui.lines import person_line
from imtui.tui.roster import Row, arrange
from imtui.tui.spans import Span
from imtui.tui.store import Changed, Link, Store
from imtui.tui.widgets.line_view import LineView

SORT_INTERVAL: Final = 1.0
"""The list is sorted again at most once in so many seconds, and not sooner after a move."""


class FriendList(LineView):
    """Friends by presence and name, then the subscribed who are no friends."""

    def __init__(self, store: Store, glyphs: Glyphs, clock: Clock) -> None:
        """Make the list of a store."""
        super().__init__()
        self._store = store
        self._glyphs = glyphs
        self._clock = clock
        self._rows: list[Row] = []
        self._places: dict[str, int] = {}
        self._cursor = 0
        self._moved_at = float("-inf")
        self._sorting = Throttle(clock, SORT_INTERVAL, lambda: self.call_next(self._sort))

    @property
    def selected(self) -> str:
        """Return the ID of the user under the cursor, or nothing."""
        return self._rows[self._cursor].user_id if self._cursor < len(self._rows) else ""

    def show(self, changed: Changed) -> None:
        """Paint what changed, and have the list sorted again if that may have changed."""
        if changed.roster:
            self.refresh()
        in_sight = range(self.scroll_offset.y, self.scroll_offset.y + self.page)
        for place in in_sight[: max(len(self._rows) - in_sight.start, 0)]:
            if self._rows[place].user_id in changed.people:
                self.refresh_line(place)
        if changed.roster or changed.people:
            self._sorting.ask()

    def _sort(self) -> None:
        if self._clock.monotonic() - self._moved_at < SORT_INTERVAL:
            self._sorting.ask()
            return
        selected, before = self.selected, self._rows
        self._rows = arrange(self._store.listed())
        self._places = {row.user_id: place for place, row in enumerate(self._rows) if row.user_id}
        if self._moved_at > float("-inf"):
            last = max(len(self._rows) - 1, 0)
            self._cursor = self._places.get(selected, min(self._cursor, last))
        if before == self._rows:
            return
        if len(before) != len(self._rows):
            self.set_line_count(len(self._rows))
            self.refresh()
            return
        top = self.scroll_offset.y
        for place in range(top, min(top + self.page, len(self._rows))):
            if before[place] != self._rows[place]:
                self.refresh_line(place)

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return a row; a hint if there is none at all."""
        if not self._rows and number == 0:
            return [Span(f"  {self._glyphs.plain(self._hint())}", "dim")], ""
        if number >= len(self._rows):
            return [], ""
        row = self._rows[number]
        cursor = number == self._cursor
        under = "cursor" if cursor and self.has_focus else ""
        if row.heading:
            return [Span(f"  {row.heading}", "title")], under
        person = self._store.person(row.user_id)
        if person is None:
            return [], under
        spans = person_line(
            person, width, self._glyphs, self._clock, self._store.as_of, cursor=cursor
        )
        return spans, under

    def _hint(self) -> str:
        if self._store.link is Link.CONNECTED:
            return "Nobody here yet: a adds a friend, + subscribes"
        return "" if self._store.link is Link.STOPPED else "Waiting for the backend …"

    def action_move(self, lines: int) -> None:
        """Move the cursor by so many rows, over headings."""
        step = 1 if lines > 0 else -1
        place = min(max(self._cursor + lines, 0), max(len(self._rows) - 1, 0))
        while 0 <= place < len(self._rows) and not self._rows[place].user_id:
            place += step
        if 0 <= place < len(self._rows):
            self._move_to(place)

    def action_move_end(self, direction: int) -> None:
        """Move the cursor to the first or the last row."""
        self.action_move(direction * len(self._rows))

    def _move_to(self, place: int) -> None:
        self._moved_at = self._clock.monotonic()
        old, self._cursor = self._cursor, place
        self.refresh_line(old)
        self.refresh_line(place)
        top = self.scroll_offset.y
        if place < top:
            self.scroll_to_line(place)
        elif place >= top + self.page:
            self.scroll_to_line(place - self.page + 1)

    def on_click(self, event: Click) -> None:
        """Put the cursor where the mouse is."""
        place = event.y + self.scroll_offset.y
        if place < len(self._rows) and self._rows[place].user_id:
            self._move_to(place)

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in sight."""
        if self._cursor >= self.scroll_offset.y + self.page:
            self.scroll_to_line(self._cursor - self.page + 1)

    def on_focus(self) -> None:
        """Show where the cursor is."""
        self.refresh_line(self._cursor)

    def on_blur(self) -> None:
        """Show the cursor as resting."""
        self.refresh_line(self._cursor)
