"""A list of lines with a cursor, moved by keys and by the mouse."""

from textual.events import Click, Resize

from imtui.tui.kit.line_view import LineView


class CursorView(LineView):
    """Lines of which one is under the cursor."""

    cursor = 0
    """The line that is meant."""

    @property
    def row_count(self) -> int:
        """Return how many lines the cursor can stand on."""
        raise NotImplementedError

    def row_chosen(self, place: int) -> None:
        """Do what Enter, or a second click, on a line does."""

    def row_clicked(self, place: int) -> bool:
        """Do what a first click on a line does, beside going there; tell whether that is all."""
        return False

    def cursor_moved(self) -> None:
        """Do what follows a move of the cursor."""

    def style_below(self, place: int) -> str:
        """Return the style below a line: that of the cursor, while the view has the focus."""
        return "cursor" if place == self.cursor and self.has_focus else ""

    def action_choose(self) -> None:
        """Choose the line under the cursor."""
        if self.cursor < self.row_count:
            self.row_chosen(self.cursor)

    def action_move(self, lines: int) -> None:
        """Move the cursor by so many lines."""
        if self.row_count:
            self.move_to(min(max(self.cursor + lines, 0), self.row_count - 1))

    def action_move_end(self, direction: int) -> None:
        """Move the cursor to the first or the last line."""
        self.action_move(direction * self.row_count)

    def move_to(self, place: int) -> None:
        """Put the cursor on a line and show it."""
        old, self.cursor = self.cursor, place
        self.refresh_line(old)
        self.refresh_line(place)
        self.show_cursor()
        self.cursor_moved()

    def show_cursor(self) -> None:
        """Scroll so far that the cursor is in sight."""
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to_line(self.cursor)
        elif self.cursor >= top + self.page:
            self.scroll_to_line(self.cursor - self.page + 1)

    def on_click(self, event: Click) -> None:
        """Put the cursor where the mouse is; a second click chooses."""
        place = event.y + self.scroll_offset.y
        if place >= self.row_count:
            return
        self.move_to(place)
        if not self.row_clicked(place) and event.chain >= 2:
            self.row_chosen(place)

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in sight."""
        if self.cursor >= self.scroll_offset.y + self.page:
            self.scroll_to_line(self.cursor - self.page + 1)

    def on_focus(self) -> None:
        """Show where the cursor is."""
        self.refresh_line(self.cursor)

    def on_blur(self) -> None:
        """Show the cursor as resting."""
        self.refresh_line(self.cursor)
