"""Widgets that paint spans line by line, with styles from the style sheet."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from imtui.tui.spans import Span, width_of


class Painted(Widget):
    """A widget whose lines are spans."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "presence--online",
        "presence--offline",
        "presence--unlogined",
        "presence--unknown",
        "span--accent",
        "span--alert",
        "span--dim",
        "span--key",
        "span--other",
        "span--title",
        "span--cursor",
    }

    def paint(self, spans: list[Span], width: int, under: str = "") -> Strip:
        """Return a strip of exactly ``width`` cells; ``under`` names a style below the others."""
        base, ground = self.rich_style, Style()
        if under:
            below = self._named(under)
            ground = below.background_style + Style(reverse=below.reverse)
            base += ground
        segments = [
            Segment(span.text, self._named(span.style) + ground if span.style else base)
            for span in spans
        ]
        return Strip(segments, width_of(spans)).adjust_cell_length(width, base)

    def _named(self, name: str) -> Style:
        component = name if "--" in name else f"span--{name}"
        return self.get_component_rich_style(component)


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
