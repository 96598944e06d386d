"""A long list that paints only the lines in sight."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from imtui.tui.kit.moves import MOVES
from imtui.tui.kit.painted import Painted
from imtui.tui.kit.spans import Span


class LineView(ScrollView, Painted, can_focus=True):
    """Any number of lines, each made when it is painted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(move.keys), move.action, move.help, show=False, id=move.id)
        for move in MOVES
    ]

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return a line and the name of the style below it; an empty line beyond the end."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Return the strip that stands at ``y`` on the screen."""
        width = self.line_width
        spans, under = self.line(y + self.scroll_offset.y, width)
        return self.paint(spans, width, under)

    @property
    def line_width(self) -> int:
        """Return how many cells a line has."""
        return self.scrollable_content_region.width

    @property
    def page(self) -> int:
        """Return how many lines are in sight."""
        return max(self.scrollable_content_region.height, 1)

    def set_line_count(self, count: int) -> None:
        """Make the view as long as it has to be."""
        # Width 0: a line is always as wide as the view, so it never scrolls sideways.
        size = Size(0, count)
        if size == self.virtual_size:
            return
        if min(count, self.virtual_size.height) > self.page:
            # The scrollbar is there and stays, so nothing has to be laid out anew.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        else:
            self.virtual_size = size

    def scroll_to_line(self, number: int) -> None:
        """Put a line on top, as far as the end allows."""
        # Forced, as a view that has just grown too long does not know of its scrollbar yet.
        self.scroll_to(y=number, animate=False, force=True)

    def action_move(self, lines: int) -> None:
        """Go up or down by so many lines."""
        self.scroll_to_line(self.scroll_offset.y + lines)

    def action_choose(self) -> None:
        """Choose what is meant; nothing, where there is no cursor."""

    def action_move_page(self, pages: int) -> None:
        """Go up or down by a page."""
        self.action_move(pages * self.page)

    def action_move_end(self, direction: int) -> None:
        """Go to the first or the last line."""
        self.scroll_to_line(0 if direction < 0 else self.max_scroll_y)
