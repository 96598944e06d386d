"""The base class of modal dialogs."""

from pathlib import Path
from typing import ClassVar, Final, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from imtui.tui.kit.undocumented.screens import KeepsFocus

Result = TypeVar("Result")


DIALOG_STYLE: Final = Path(__file__).with_name("dialogs.tcss")
"""The style sheet of dialogs; an absolute path, because subclasses are in other folders."""


class Dialog(KeepsFocus, ModalScreen[Result | None]):
    """A dialog that is dismissed with a result, or with None if the user leaves it."""

    # A separate sheet, loaded with the first dialog to keep it out of the start-up.
    CSS_PATH = DIALOG_STYLE
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", show=False)]

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close the dialog with a result; do nothing if it is closing already."""
        return super().dismiss(result) if self.is_current else AwaitComplete()

    def action_leave(self) -> None:
        """Close the dialog without a result."""
        self.dismiss(None)
