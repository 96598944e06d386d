"""Widgets that paint spans line by line, with styles from the style sheet."""

from functools import lru_cache
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from imtui.tui.kit.spans import Span, width_of

SPAN_STYLES: Final = {
    "presence--online",
    "presence--offline",
    "presence--unlogined",
    "presence--unknown",
    "span--accent",
    "span--alert",
    "span--dim",
    "span--key",
    "span--link",
    "span--other",
    "span--title",
    "span--current",
    "span--cursor",
}
"""The component classes of every screen that has painted widgets on it.

They are the screen's, not each widget's: working them out is what takes a start-up its time.
"""


class Painted(Widget):
    """A widget whose lines are spans."""

    ALLOW_SELECT = False

    def paint(self, spans: list[Span], width: int, under: str = "") -> Strip:
        """Return a strip of exactly ``width`` cells; ``under`` names a style below the others."""
        base, ground = self.visual_style.rich_style, Style()
        if under:
            below = self._component_style(under)
            ground = below.background_style + Style(reverse=below.reverse)
            base += ground
        segments = [Segment(span.text, self._style(span, base)) for span in spans]
        return Strip(segments, width_of(spans)).adjust_cell_length(width, base)

    def _style(self, span: Span, base: Style) -> Style:
        style = base + _foreground(self._component_style(span.style)) if span.style else base
        return style + Style(link=span.link) if span.link else style

    def _component_style(self, name: str) -> Style:
        component = name if "--" in name else f"span--{name}"
        return self.screen.get_component_rich_style(component)


@lru_cache(maxsize=256)
def _foreground(style: Style) -> Style:
    """Return a style without its ground, which is the screen's and not the widget's."""
    return Style(
        color=style.color,
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        reverse=style.reverse or None,
    )


class PaintedLine(Painted):
    """One line of spans, with clicks on those that have a command."""

    def spans(self, width: int) -> list[Span]:
        """Return what the line shows in so many cells."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        width = self.size.width
        return self.paint(self.spans(width) if y == 0 else [], width)

    def command_at(self, x: int) -> str:
        """Return the ID of the command of the span under cell ``x``, or nothing."""
        at = 0
        for span in self.spans(self.size.width):
            at += width_of([span])
            if x < at:
                return span.command
        return ""
