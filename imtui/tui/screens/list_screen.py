"""A dialog with a live list."""

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from imtui.tui.commands.command import Command, Keys
from imtui.tui.kit.dialog import Dialog
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.painted import SPAN_STYLES
from imtui.tui.kit.row_list import RowList
from imtui.tui.screens.selecting import SelectingScreen
from imtui.tui.widgets.key_line import Hint, KeyLine
from imtui.tui.widgets.pane_title import PaneTitle
from imtui.tui.widgets.run_command import RunCommand

T = TypeVar("T")


class _ListTitle(PaneTitle):
    """The title of a list screen, with the screen's notes."""

    def __init__(self, title: str, list_screen: "ListScreen[Any]") -> None:
        super().__init__(title)
        self._list_screen = list_screen

    def notes(self) -> Sequence[str]:
        return self._list_screen.notes()


class ListScreen(Dialog[T], SelectingScreen[T | None]):
    """A title with a note, rows, and the keys that act on the row under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "leave", "Leave", show=False)]
    AUTO_FOCUS = "RowList"
    COMPONENT_CLASSES: ClassVar[set[str]] = SPAN_STYLES

    def __init__(
        self, title: str, keys: Keys, commands: Sequence[Command], before: Sequence[Hint] = ()
    ) -> None:
        """Make the dialog; the keys of ``commands`` work in it, and ``before`` is shown first."""
        super().__init__()
        self._title = _ListTitle(title, self)
        self._list = RowList()
        self._key_line = KeyLine(keys, commands, before)

    def notes(self) -> Sequence[str]:
        """Return the possible notes beside the title; the first that fits is shown."""
        return ()

    def rows(self, width: int) -> list[ListRow]:
        """Return the current rows, ``width`` cells wide."""
        raise NotImplementedError

    @property
    def selected(self) -> str:
        """Return the ID of the user that commands are about, or nothing."""
        return self._list.selected

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Open the details of the user of a row."""
        message.stop()
        self.choose(message.user_id)

    def choose(self, user_id: str) -> None:
        """Act on the choice of a row; here, open the details of its user."""
        if user_id:
            self.post_message(RunCommand("details", user_id))

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(classes="dialog list"):
            yield self._title
            yield self._list
            yield self._key_line

    def on_resize(self) -> None:
        """Lay out the rows for the new width."""
        self.call_after_refresh(self.show_changes)

    def show_changes(self) -> None:
        """Show the current rows and note."""
        if self._list.line_width:
            self._list.set_rows(self.rows(self._list.line_width))
            self._title.refresh()
