"""A long list that renders only its visible lines."""

from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from imtui.tui.kit.cells import cell_len
from imtui.tui.kit.moves import MOVES
from imtui.tui.kit.painted import Painted, over
from imtui.tui.kit.spans import Span


class LineView(ScrollView, Painted, can_focus=True):
    """A scrollable view of any number of lines, each built when it is rendered."""

    ALLOW_SELECT = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(move.keys), move.action, move.help, show=False, id=move.id)
        for move in MOVES
    ]

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return a line and the name of its background style; an empty line beyond the end."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Return the strip at row ``y`` of the view."""
        width, number = self.line_width, y + self.scroll_offset.y
        spans, background = self.line(number, width)
        strip = self.paint(spans, width, background)
        selected = None if self.text_selection is None else self.text_selection.get_span(number)
        return strip if selected is None else self._highlighted(strip, *selected)

    # Selecting text with the mouse

    def text_of(self, number: int) -> str:
        """Return a line as text."""
        return "".join(span.text for span in self.line(number, self.line_width)[0])

    def place_at(self, x: int, y: int) -> Offset:
        """Return which character of which line is at a cell of the view, or next to it."""
        number = min(max(y, 0), self.page - 1) + self.scroll_offset.y
        used = place = 0
        for char in self.text_of(number):
            used += cell_len(char)
            if used > x:
                break
            place += 1
        return Offset(place, number)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text, and what separates it from that of other widgets."""
        if selection.start is None or selection.end is None:
            return None
        lines = []
        for number in range(selection.start.y, selection.end.y + 1):
            text = self.text_of(number)
            start, end = selection.get_span(number) or (0, 0)
            lines.append(text[start : len(text) if end < 0 else end].rstrip())
        return "\n".join(lines), "\n"

    def text_select_all(self) -> None:
        """Select nothing: the second click of a double click chooses a row."""

    def _highlighted(self, strip: Strip, start: int, end: int) -> Strip:
        """Return a strip with the cells from one character to another as selected."""
        text = strip.text
        left = cell_len(text[:start])
        right = strip.cell_length if end < 0 else min(cell_len(text[:end]), strip.cell_length)
        before, chosen, *after = strip.divide([left, right, strip.cell_length])
        above = over(self.component_style("screen--selection"))
        marked = [
            Segment(words, above if style is None else style + above) for words, style, _ in chosen
        ]
        return Strip.join([before, Strip(marked, chosen.cell_length), *after])

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
