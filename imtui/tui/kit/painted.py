"""Widgets that render spans line by line, with styles from the style sheet."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.filter import ANSIToTruecolor, LineFilter
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
"""The component classes of every screen that contains painted widgets.

They belong to the screen, because resolving them for each widget would slow down the start.
"""


class Painted(Widget):
    """A widget whose lines consist of spans."""

    ALLOW_SELECT = False

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Leave out the filter for the 16 colours of terminals, which spans do not have.

        Each filter makes Textual keep another copy of each line.
        """
        filters = super().get_line_filters()
        return [one for one in filters if not isinstance(one, ANSIToTruecolor)]

    def paint(self, spans: list[Span], width: int, background: str = "") -> Strip:
        """Return a strip of exactly ``width`` cells; ``background`` names a style."""
        base = self.visual_style.rich_style
        if background:
            base += over(self._component_style(background))
        segments = [Segment(span.text, self._style(span, base)) for span in spans]
        return Strip(segments, width_of(spans)).adjust_cell_length(width, base)

    def _style(self, span: Span, base: Style) -> Style:
        style = base + _foreground(self._component_style(span.style)) if span.style else base
        return style + Style(link=span.link) if span.link else style

    def _component_style(self, name: str) -> Style:
        return self.component_style(name if "--" in name else f"span--{name}")

    def component_style(self, name: str) -> Style:
        """Return the style of a component class."""
        return self.screen.get_component_rich_style(name)


@lru_cache(maxsize=256)
def _foreground(style: Style) -> Style:
    """Return a style without its background, which is the screen's and not the widget's."""
    return Style(
        color=style.color,
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        reverse=style.reverse or None,
    )


def over(style: Style) -> Style:
    """Return the part of a style that marks text of any colour: its background, or the reverse."""
    return style.background_style + Style(reverse=style.reverse)


class PaintedLine(Painted):
    """One line of spans; a click on a span runs its command."""

    def spans(self, width: int) -> list[Span]:
        """Return the spans of the line for a width in cells."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Return the strip of the line; rows below it are empty."""
        width = self.size.width
        return self.paint(self.spans(width) if y == 0 else [], width)

    def command_at(self, x: int) -> str:
        """Return the command ID of the span at cell ``x``, or an empty string."""
        at = 0
        for span in self.spans(self.size.width):
            at += width_of([span])
            if x < at:
                return span.command
        return ""
