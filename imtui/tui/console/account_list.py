"""The list of all accounts; only those near the visible rows are loaded."""

from textual.events import Resize
from textual.message import Message

from imtui.tui.console.lines import account_line
from imtui.tui.console.model import ConsoleModel, Link
from imtui.tui.kit.cursor_view import CursorView
from imtui.tui.kit.spans import Span
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.widgets.run_command import RunCommand


class AccountList(CursorView):
    """The accounts, in order of their IDs."""

    class Moved(Message):
        """The cursor moved to another row."""

    class RowsWanted(Message):
        """Accounts are needed that may not be loaded yet."""

    def __init__(self, model: ConsoleModel, glyphs: Glyphs) -> None:
        """Create the list of a model's accounts."""
        super().__init__(id="account-list")
        self._model = model
        self._glyphs = glyphs
        self._lines: dict[int, tuple[list[Span], str]] = {}
        """The visible lines as last painted, by row."""
        self._accounts = model.accounts
        self._chosen_id = ""
        """The ID of the account on which the cursor was put."""
        self._to_end = False
        """Whether the cursor follows the end while more accounts are loaded."""

    @property
    def row_count(self) -> int:
        """Return the number of known rows."""
        return self._model.accounts.length

    @property
    def selected(self) -> str:
        """Return the ID of the account under the cursor, or an empty string."""
        account = self._model.accounts.at(self.cursor)
        return "" if account is None else account.user_id

    def show_changes(self) -> None:
        """Repaint the lines that changed since the last call."""
        # The view can only scroll to existing lines, so add them before moving the cursor.
        self.set_line_count(self.row_count)
        self._keep_cursor()
        self._note_rows()
        lines = self._lines_in_sight()
        for row, line in lines.items():
            if self._lines.get(row) != line:
                self.refresh_line(row)
        self._lines = lines

    def _lines_in_sight(self) -> dict[int, tuple[list[Span], str]]:
        return {row: self.line(row, self.line_width) for row in self._rows}

    def _keep_cursor(self) -> None:
        """Keep the cursor on its account while rows are added or removed before it."""
        accounts = self._model.accounts
        if self._accounts is not accounts:
            self._accounts = accounts
            self._to_end = False
            self._go(0)
        elif self._to_end:
            self._to_end = self._model.wants_end
            self._go(max(self.row_count - 1, 0))
        elif self._chosen_id and self.selected != self._chosen_id:
            place = accounts.find(self._chosen_id)
            if place is not None:
                self._go(place)
        self.cursor = max(min(self.cursor, self.row_count - 1), 0)
        self._chosen_id = self.selected

    def _go(self, place: int) -> None:
        was_in_sight = self.cursor in self._rows
        self.cursor = place
        if was_in_sight:
            self.show_cursor()

    @property
    def _rows(self) -> range:
        return range(self.scroll_offset.y, self.scroll_offset.y + self.page)

    def _note_rows(self) -> None:
        if self._rows != self._model.rows_in_sight:
            self._model.rows_in_sight = self._rows
            self.post_message(self.RowsWanted())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Request the rows that came into sight."""
        super().watch_scroll_y(old_value, new_value)
        self._note_rows()
        # Scrolling repaints every visible line.
        self._lines = self._lines_in_sight()

    def on_resize(self, event: Resize) -> None:
        """Request the rows that the new size shows."""
        self._note_rows()

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return a row, or a hint if the list is empty."""
        if not self.row_count and number == 0:
            return [Span(f"   {self._glyphs.adapt(self._hint())}", "dim")], ""
        if number >= self.row_count:
            return [], ""
        account = self._model.accounts.at(number)
        if account is None:
            return [Span(f"  {self._glyphs.ellipsis}", "dim")], self.style_below(number)
        spans = account_line(
            account,
            width,
            self._glyphs,
            cursor=number == self.cursor,
            stale=self._model.link is not Link.UP,
        )
        return spans, self.style_below(number)

    def _hint(self) -> str:
        if self._model.accounts.prefix:
            return "No ID begins so: Esc shows all"
        if self._model.link is Link.UP and not self._model.accounts.is_loaded(0):
            return "not known"
        return "Nobody yet" if self._model.link is Link.UP else "waiting for the backend …"

    def action_move_end(self, direction: int) -> None:
        """Move the cursor to the first account, or to the last one, which may not be loaded."""
        super().action_move_end(direction)
        if direction > 0:
            self._to_end = self._model.wants_end = True
            self.post_message(self.RowsWanted())

    def cursor_moved(self) -> None:
        """Record the account on which the cursor was put."""
        self._to_end = self._model.wants_end = False
        self._chosen_id = self.selected
        self.post_message(self.Moved())

    def row_chosen(self, place: int) -> None:
        """Show the devices of an account."""
        self.post_message(RunCommand("devices"))
