"""A list of lines with a cursor that keys and the mouse move."""

from textual.events import Click, Resize

from imtui.tui.kit.line_view import LineView


class CursorView(LineView):
    """A list of lines with a cursor on one of them."""

    cursor = 0
    """The row that the cursor is on."""

    @property
    def row_count(self) -> int:
        """Return the number of rows that the cursor can be on."""
        raise NotImplementedError

    def row_chosen(self, row: int) -> None:
        """Handle Enter, or a second click, on a row."""

    def row_clicked(self, row: int) -> bool:
        """Handle a first click on a row, and return whether it is fully handled."""
        return False

    def cursor_moved(self) -> None:
        """Handle a move of the cursor."""

    def style_below(self, row: int) -> str:
        """Return the background style of a row: the cursor's, if it is there and has the focus."""
        return "cursor" if row == self.cursor and self.has_focus else ""

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self.cursor < self.row_count:
            self.row_chosen(self.cursor)

    def action_move(self, lines: int) -> None:
        """Move the cursor by ``lines`` rows."""
        if self.row_count:
            self.move_to(min(max(self.cursor + lines, 0), self.row_count - 1))

    def action_move_end(self, direction: int) -> None:
        """Move the cursor to the first or the last row."""
        self.action_move(direction * self.row_count)

    def move_to(self, row: int) -> None:
        """Move the cursor to a row and scroll it into view."""
        old, self.cursor = self.cursor, row
        self.refresh_line(old)
        self.refresh_line(row)
        self.show_cursor()
        self.cursor_moved()

    def show_cursor(self) -> None:
        """Scroll the cursor into view."""
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to_line(self.cursor)
        elif self.cursor >= top + self.page:
            self.scroll_to_line(self.cursor - self.page + 1)

    def on_click(self, event: Click) -> None:
        """Move the cursor to the clicked row; a second click chooses it."""
        row = event.y + self.scroll_offset.y
        if row >= self.row_count or self.text_selection is not None:
            return
        self.move_to(row)
        if not self.row_clicked(row) and event.chain >= 2:
            self.row_chosen(row)

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in view."""
        if self.cursor >= self.scroll_offset.y + self.page:
            self.scroll_to_line(self.cursor - self.page + 1)

    def on_focus(self) -> None:
        """Highlight the cursor."""
        self.refresh_line(self.cursor)

    def on_blur(self) -> None:
        """Remove the highlight of the cursor."""
        self.refresh_line(self.cursor)
