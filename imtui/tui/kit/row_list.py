"""A list of prepared rows, with a cursor."""

from textual.message import Message

from imtui.tui.kit.cursor_view import CursorView
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.spans import Span


class RowList(CursorView):
    """The list of a dialog."""

    class Chosen(Message):
        """A row was chosen with Enter or a click."""

        def __init__(self, user_id: str) -> None:
            """Create the message for the user of a row; empty if it has none."""
            super().__init__()
            self.user_id = user_id

    def __init__(self) -> None:
        """Create an empty list."""
        super().__init__()
        self._rows: list[ListRow] = []

    @property
    def row_count(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    @property
    def selected(self) -> str:
        """Return the user ID of the row under the cursor, or an empty string."""
        return self._rows[self.cursor].user_id if self.cursor < len(self._rows) else ""

    def set_rows(self, rows: list[ListRow]) -> None:
        """Replace the rows; the cursor stays on the same user if possible."""
        if rows == self._rows:
            return
        selected, self._rows = self.selected, rows
        found = [index for index, row in enumerate(rows) if selected and row.user_id == selected]
        self.cursor = found[0] if found else max(min(self.cursor, len(rows) - 1), 0)
        self.set_line_count(len(rows))
        self.refresh()

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return a row and its background style."""
        if number >= len(self._rows):
            return [], ""
        return list(self._rows[number].spans), self.style_below(number)

    def row_chosen(self, row: int) -> None:
        """Post ``Chosen`` for a row."""
        self.post_message(self.Chosen(self._rows[row].user_id))
