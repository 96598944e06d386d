"""A long list that renders only its visible lines."""

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
    """A scrollable view of any number of lines, each built when it is rendered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(move.keys), move.action, move.help, show=False, id=move.id)
        for move in MOVES
    ]

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return a line and the name of its background style; an empty line beyond the end."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Return the strip at row ``y`` of the view."""
        width = self.line_width
        spans, background = self.line(y + self.scroll_offset.y, width)
        return self.paint(spans, width, background)

    @property
    def line_width(self) -> int:
        """Return the width of a line in cells."""
        return self.scrollable_content_region.width

    @property
    def page(self) -> int:
        """Return the number of visible lines."""
        return max(self.scrollable_content_region.height, 1)

    def set_line_count(self, count: int) -> None:
        """Set the virtual height of the view."""
        # Width 0: lines are exactly as wide as the view, so it never scrolls sideways.
        size = Size(0, count)
        if size == self.virtual_size:
            return
        if min(count, self.virtual_size.height) > self.page:
            # The scrollbar stays visible, so a new layout is not needed.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        else:
            self.virtual_size = size

    def scroll_to_line(self, number: int) -> None:
        """Scroll until a line is at the top, or as far as possible."""
        # Forced, because a view that has just outgrown its height has no scrollbar yet.
        self.scroll_to(y=number, animate=False, force=True)

    def action_move(self, lines: int) -> None:
        """Scroll by ``lines`` lines."""
        self.scroll_to_line(self.scroll_offset.y + lines)

    def action_choose(self) -> None:
        """Choose the current row; does nothing in a view without a cursor."""

    def action_move_page(self, pages: int) -> None:
        """Scroll by ``pages`` pages."""
        self.action_move(pages * self.page)

    def action_move_end(self, direction: int) -> None:
        """Scroll to the first or the last line."""
        self.scroll_to_line(0 if direction < 0 else self.max_scroll_y)
