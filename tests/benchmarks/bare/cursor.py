"""A Textual app with a cursor in two lines: ``python -m tests.benchmarks.bare.cursor``."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

MARKER = "▸"


class TwoLines(Widget, can_focus=True):
    """Two lines, one of them marked; anything more would cost time."""

    DEFAULT_CSS = "TwoLines { height: 2; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(0)", show=False),
        Binding("down", "move(1)", show=False),
    ]

    def __init__(self) -> None:
        """Create the lines, with the cursor in the first one."""
        super().__init__()
        self._cursor = 0

    def render(self) -> str:
        """Return both lines."""
        return "\n".join(f"{MARKER if row == self._cursor else ' '} line {row}" for row in (0, 1))

    def action_move(self, row: int) -> None:
        """Move the cursor to a line."""
        self._cursor = row
        self.refresh()


class Cursor(App[None]):
    """An app that shows two lines."""

    def compose(self) -> ComposeResult:
        """Yield the two lines."""
        yield TwoLines()


if __name__ == "__main__":
    Cursor().run()
