"""Selecting text with the mouse, within one pane."""

from typing import TypeVar

from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import Widget

from imtui.tui.kit.line_view import LineView
from imtui.tui.kit.undocumented.screens import selecting_from

T = TypeVar("T")


class SelectingScreen(Screen[T]):
    """A screen on which the mouse selects text in the view where it was pressed."""

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """Return the view to select in, and the place in its text; nothing elsewhere."""
        view: Widget | None = selecting_from(self)
        if view is None:
            view, _ = super().get_widget_and_offset_at(x, y)
        if not isinstance(view, LineView):
            return None, None
        region = view.scrollable_content_region
        return view, view.place_at(x - region.x, y - region.y)

    def text_select_all(self) -> None:
        """Select nothing, because a third click would select all panes."""
