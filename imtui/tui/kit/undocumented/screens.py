"""Screens: their focus, selection and palette."""

import inspect
from typing import TYPE_CHECKING, Any, Final

from textual import work
from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette
from textual.css.query import NoMatches
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget


def selecting_from(screen: Screen[Any]) -> Widget | None:
    """Return the widget in which the mouse is selecting text now, if it is."""
    state = screen._select_state
    return None if state is None or not screen._selecting else state.start.content_widget


if TYPE_CHECKING:
    _Screen = Screen[Any]
else:
    # Textual inherits style sheets and bindings from the first base class that is a widget.
    _Screen = object


class KeepsFocus(_Screen):
    """Makes a screen's widgets keep the focus until another one gets it, even while hidden.

    Textual would give it to another widget, or to none, so that what one goes on to type would run
    commands.
    """

    _is_losing_focus = False
    """Whether the widget with the focus is being removed."""

    def _reset_focus(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:
        if avoiding is not None:
            self._is_losing_focus = True
            try:
                super()._reset_focus(widget, avoiding)
            finally:
                self._is_losing_focus = False

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Move the focus to a widget; to none only while the terminal has no focus."""
        if widget is not None or self._is_losing_focus or not self.app.app_focus:
            super().set_focus(widget, scroll_visible, from_app_focus)


_gather_commands: Final = inspect.unwrap(CommandPalette._gather_commands)


class ClosablePalette(CommandPalette):
    """A palette in which nothing fails while it closes; its list is taken away first."""

    async def _on_message(self, message: Message) -> None:
        if message.control is None or self.query(CommandList):
            await super()._on_message(message)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Run no action while it closes."""
        return super().check_action(action, parameters) if self.query(CommandList) else False

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        try:
            await _gather_commands(self, search_value)
        except NoMatches:
            if self.query(CommandList):
                raise

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close the palette."""
        self._stop_no_matches_countdown()
        return super().dismiss(result)
