"""What lies over the main screen until it is left."""

from pathlib import Path
from typing import ClassVar, Final, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

Result = TypeVar("Result")


DIALOG_STYLE: Final = Path(__file__).with_name("dialogs.tcss")
"""The style sheet of dialogs; an absolute path, as subclasses stand in other folders."""


class Dialog(ModalScreen[Result | None]):
    """A dialog; dismissed with a result, or with None if the person leaves it."""

    # A sheet of its own, read with the first dialog: the first frame comes first.
    CSS_PATH = DIALOG_STYLE
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", show=False)]

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close the dialog with a result; a second key typed at once does nothing."""
        return super().dismiss(result) if self.is_current else AwaitComplete()

    def action_leave(self) -> None:
        """Close the dialog and do nothing."""
        self.dismiss(None)
