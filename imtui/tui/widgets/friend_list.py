"""The friend list, with live badges and texts, painted row by row."""

from typing import Final, Protocol

from textual.message import Message

from imtui.tui.commands.command import Keys
from imtui.tui.commands.sentences import with_keys
from imtui.tui.kit.clock import Clock, Throttle
from imtui.tui.kit.cursor_view import CursorView
from imtui.tui.kit.spans import Span
from imtui.tui.model.connection import Link
from imtui.tui.model.feed import Changed
from imtui.tui.model.model import Model
from imtui.tui.model.roster import Heading, Row, View, arrange_roster
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.render.rows import Marks, heading_line, person_line
from imtui.tui.settings.schema import Order
from imtui.tui.widgets.run_command import RunCommand

SORT_INTERVAL: Final = 1.0
"""The shortest time in seconds between two sorts, and from a cursor move to a sort."""


class PersonalView(Protocol):
    """The person's choices about the list and alerts."""

    def view(self, query: str) -> View:
        """Return the arrangement of the list, filtered by a query."""

    def is_watched(self, user_id: str) -> bool:
        """Tell whether the person watches a user."""

    def quiet_words(self) -> str:
        """Return the words for do-not-disturb; empty while it is off."""


class FriendList(CursorView):
    """Favourites, groups and friends, then subscribed users who are not friends."""

    class RowKindChanged(Message):
        """The cursor came from a person to a heading, or from a heading to a person."""

    def __init__(
        self,
        model: Model,
        glyphs: Glyphs,
        clock: Clock,
        keys: Keys,
        personal: PersonalView,
    ) -> None:
        """Make the list of a model's people, arranged as ``personal`` says."""
        super().__init__()
        self._model = model
        self._glyphs = glyphs
        self._clock = clock
        self._keys = keys
        self._personal = personal
        self.narrowed_to = ""
        """The query that filters the list."""
        self._rows: list[Row] = []
        self._sorted_by = View()
        self._moved_at = float("-inf")
        self._sticks = False
        self._writes_to = ""
        self._on_heading = False
        self._sorting = Throttle(clock, SORT_INTERVAL, lambda: self.call_next(self._sort))

    @property
    def row_count(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    @property
    def selected(self) -> str:
        """Return the ID of the user under the cursor, or nothing."""
        return self._row if isinstance(self._row, str) else ""

    @property
    def order(self) -> Order:
        """Return the order that the list is in."""
        return self._sorted_by.order

    @property
    def headings(self) -> list[str]:
        """Return the groups of the list."""
        return [row.name for row in self._rows if isinstance(row, Heading)]

    @property
    def heading(self) -> str:
        """Return the group whose heading is under the cursor, or nothing."""
        return self._row.name if isinstance(self._row, Heading) else ""

    @property
    def _row(self) -> Row:
        return self._rows[self.cursor] if self.cursor < len(self._rows) else ""

    def show(self, changed: Changed) -> None:
        """Paint what changed, and schedule a sort if the order may have changed."""
        if changed.roster:
            self.refresh()
        in_sight = range(self.scroll_offset.y, self.scroll_offset.y + self.page)
        for place in in_sight[: max(len(self._rows) - in_sight.start, 0)]:
            if self._rows[place] in changed.people:
                self.refresh_line(place)
        if changed.roster or changed.people:
            self._sorting.request()

    def sort_now(self) -> None:
        """Sort at once, after the person changed the view."""
        self._moved_at = min(self._moved_at, self._clock.monotonic() - SORT_INTERVAL)
        self._sort()
        self.refresh()

    def _sort(self) -> None:
        if self._clock.monotonic() - self._moved_at < SORT_INTERVAL:
            self._sorting.request()
            return
        under, before = self._row, self._rows
        view = self._personal.view(self.narrowed_to)
        self._rows, self._sorted_by = arrange_roster(self._model.listed(), view), view
        if self._sticks:
            self.cursor = self._place_of(under)
        # The cursor follows its person only once the list is complete.
        self._sticks = self._sticks or (
            bool(self._rows) and self._model.connection.link is Link.CONNECTED
        )
        if view.query and self.heading and self.cursor + 1 < len(self._rows):
            # A search selects the first match, not a group heading.
            self.cursor += 1
        self._note_row()
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

    def _place_of(self, row: Row) -> int:
        """Return the row of a person or heading, or the cursor's row if it is gone."""
        name = row.name if isinstance(row, Heading) else ""
        for place, one in enumerate(self._rows):
            if one == row or (name and isinstance(one, Heading) and one.name == name):
                return place
        return min(self.cursor, max(len(self._rows) - 1, 0))

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return a row, or a hint if the list is empty."""
        if not self._rows and number == 0:
            return [Span(f"   {self._glyphs.adapt(self._hint())}", "dim")], ""
        if number >= len(self._rows):
            return [], ""
        row = self._rows[number]
        under = self.style_below(number)
        at_cursor = number == self.cursor
        if isinstance(row, Heading):
            return heading_line(row, width, self._glyphs, cursor=at_cursor), under
        person = self._model.person(row)
        if person is None:
            return [], under
        marks = Marks(
            at_cursor,
            row in self._sorted_by.favourites,
            self._personal.is_watched(row),
            self._model.chats.unread(row),
            row != self._writes_to and bool(self._model.chats.get(row).draft),
        )
        stale_since = self._model.connection.as_of
        return person_line(person, width, self._glyphs, self._clock, stale_since, marks), under

    def _hint(self) -> str:
        if self.narrowed_to:
            return "Nobody fits: Esc shows all"
        if self._model.connection.link is Link.CONNECTED:
            words = "Nobody here yet: {add-friend} adds a friend, {subscribe} subscribes"
            return with_keys(words, self._keys)
        return "" if self._model.connection.link is Link.STOPPED else "Waiting for the backend …"

    def write_to(self, user_id: str) -> None:
        """Show no draft to this user, as the person is writing it now; nothing for nobody."""
        if user_id != self._writes_to:
            self._writes_to = user_id
            self.refresh()

    def go_to(self, user_id: str) -> None:
        """Put the cursor on somebody, if they are in the list."""
        if user_id in self._rows:
            self.move_to(self._rows.index(user_id))

    def cursor_moved(self) -> None:
        """Delay the next sort, so that rows stay put while the person moves."""
        self._sticks = True
        self._moved_at = self._clock.monotonic()
        self._note_row()

    def _note_row(self) -> None:
        if bool(self.heading) != self._on_heading:
            self._on_heading = not self._on_heading
            self.post_message(self.RowKindChanged())

    def row_chosen(self, place: int) -> None:
        """Open the conversation with a person, or fold a group."""
        row = self._rows[place]
        if isinstance(row, Heading):
            self.action_fold()
        else:
            self.post_message(RunCommand("chat", row))

    def row_clicked(self, place: int) -> bool:
        """Fold a group by one click on its heading."""
        is_heading = isinstance(self._rows[place], Heading)
        if is_heading:
            self.action_fold()
        return is_heading

    def action_fold(self) -> None:
        """Fold the group under the cursor, or open it."""
        if self.heading:
            self.post_message(RunCommand("fold", self.heading))
