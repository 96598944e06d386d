"""The toasts over a screen."""

from typing import ClassVar, Final

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from imtui.tui.kit.painted import Painted
from imtui.tui.kit.spans import Span
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.render.toasts import Box, PlacedToasts, Toasts, place_toasts

_NEVER_COVERED: Final = "Input, TextArea, KeyLine, .dialog, CommandPalette > #--container"
"""Where one types, what asks, and the keys."""


class ToastView(Painted):
    """Shows the toasts on its screen while that is on top, wherever they cover no input."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"span--accent", "span--alert"}

    def __init__(self, toasts: Toasts, glyphs: Glyphs) -> None:
        """Make a hidden view of toasts."""
        super().__init__()
        self._toasts = toasts
        self._glyphs = glyphs
        self._placed: PlacedToasts | None = None
        self.display = False

    def on_mount(self) -> None:
        """Find another place whenever the layout of the screen changes."""
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _: self.show())
        self.show()

    def show(self) -> None:
        """Show the present toasts."""
        shown = self._toasts.shown if self.screen.is_active else []
        if not shown and self._placed is None:
            return
        taken = [_box_of(one) for one in self.screen.query(_NEVER_COVERED) if one.region]
        placed = place_toasts(shown, *self.screen.size, taken, self._glyphs)
        if placed == self._placed:
            return
        self._placed = placed
        self.display = placed is not None
        if placed is not None:
            self.styles.offset = placed.box.x, placed.box.y
            self.styles.width, self.styles.height = placed.box.width, placed.box.height
        self.refresh(layout=True)

    def render_line(self, y: int) -> Strip:
        """Return the strip of a line."""
        lines = [] if self._placed is None else self._placed.lines
        line: list[Span] = [*lines[y]] if y < len(lines) else []
        return self.paint(line, self.size.width)

    def component_style(self, name: str) -> Style:
        """Return a style of this widget, because not every screen has those of spans."""
        return self.get_component_rich_style(name)

    def on_click(self) -> None:
        """Remove the toasts."""
        self._toasts.clear()
        self.show()


def _box_of(widget: Widget) -> Box:
    return Box(*widget.region)
