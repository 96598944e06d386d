"""A question with one line for the answer: a user ID."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from imtui.protocol.identifiers import is_user_id
from imtui.protocol.limits import USER_ID_MAX_CHARS


class UserIDPrompt(ModalScreen[str | None]):
    """Asks for a user ID; dismissed with it, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", show=False)]

    def __init__(self, question: str, preset: str = "") -> None:
        """Make the prompt with the ID that is probably meant."""
        super().__init__()
        self._question = question
        self._preset = preset

    def compose(self) -> ComposeResult:
        """Lay out the prompt."""
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="dialog--title", markup=False)
            answer = Input(self._preset, placeholder="user ID", compact=True)
            answer.cursor_blink = False
            yield answer
            yield Static("Enter: do it   Esc: leave it", classes="dialog--note", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        user_id = event.value.strip()
        if is_user_id(user_id):
            self.dismiss(user_id)
            return
        note = self.query_one(".dialog--note", Static)
        note.update(f"A user ID is 1 to {USER_ID_MAX_CHARS} of A-Z a-z 0-9 _ -", layout=False)
        note.add_class("-wrong")

    def action_leave(self) -> None:
        """Close the prompt without an answer."""
        self.dismiss(None)
