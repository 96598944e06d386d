"""A list of rows that a dialog has made, with a cursor."""

from textual.message import Message

from imtui.tui.kit.cursor_view import CursorView
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.spans import Span


class RowList(CursorView):
    """The rows of a dialog."""

    class Chosen(Message):
        """A row was chosen with Enter or a click."""

        def __init__(self, user_id: str) -> None:
            """Make the message for the user of the row; empty if it is about nobody."""
            super().__init__()
            self.user_id = user_id

    def __init__(self) -> None:
        """Make an empty list."""
        super().__init__()
        self._rows: list[ListRow] = []

    @property
    def row_count(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    @property
    def selected(self) -> str:
        """Return the ID of the user under the cursor, or nothing."""
        return self._rows[self.cursor].user_id if self.cursor < len(self._rows) else ""

    def set_rows(self, rows: list[ListRow]) -> None:
        """Show these rows; the cursor stays with the user that it was on."""
        if rows == self._rows:
            return
        selected, self._rows = self.selected, rows
        places = [place for place, row in enumerate(rows) if selected and row.user_id == selected]
        self.cursor = places[0] if places else max(min(self.cursor, len(rows) - 1), 0)
        self.set_line_count(len(rows))
        self.refresh()

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return a row."""
        if number >= len(self._rows):
            return [], ""
        return list(self._rows[number].spans), self.style_below(number)

    def row_chosen(self, place: int) -> None:
        """Report that a row was chosen."""
        self.post_message(self.Chosen(self._rows[place].user_id))
