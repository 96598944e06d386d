"""Widgets whose lines are all the same."""

from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Uniform(Widget):
    """A widget that shows nothing of its own but a background and borders at its sides.

    Textual keeps several kB for each strip, so all lines share one.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the first line once for each line."""
        return super().render_lines(Region(crop.x, 0, crop.width, 1)) * crop.height


class Row(Horizontal, Uniform):
    """Widgets side by side."""


class Column(Vertical, Uniform):
    """Widgets one below the other."""
