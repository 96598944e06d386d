"""A Textual app that gets many lines at once: ``python -m tests.benchmarks.bare.lines COUNT``."""

import sys

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tests.benchmarks.reports import report


class Lines(ScrollView):
    """A list that renders its lines only when they are painted."""

    def __init__(self) -> None:
        """Create an empty list."""
        super().__init__()
        self._lines: list[str] = []

    def show(self, lines: list[str]) -> None:
        """Replace the lines."""
        self._lines = lines
        self.virtual_size = Size(0, len(lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the strip at row ``y`` of the widget."""
        number = y + self.scroll_offset.y
        text = self._lines[number] if number < len(self._lines) else ""
        return Strip([Segment(text)]).adjust_cell_length(self.size.width)


class Many(App[None]):
    """An app with a list that is filled after the first frame."""

    def __init__(self, count: int) -> None:
        """Create the app for ``count`` lines."""
        super().__init__()
        self._count = count

    def compose(self) -> ComposeResult:
        """Yield the empty list."""
        yield Lines()

    def on_ready(self) -> None:
        """Fill the list."""
        lines = [f"friend{number:05} line of a list" for number in range(self._count)]
        report("data")
        self.query_one(Lines).show(lines)


if __name__ == "__main__":
    Many(int(sys.argv[1])).run()
