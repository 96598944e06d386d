"""A question with one line for the answer."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from imtui.protocol.identifiers import is_user_id
from imtui.protocol.limits import USER_ID_MAX_CHARS
from imtui.tui.kit.dialog import Dialog


class TextPrompt(Dialog[str]):
    """Asks for a text; dismissed with it, or with None."""

    def __init__(
        self,
        question: str,
        preset: str,
        placeholder: str,
        problem: Callable[[str], str] = lambda _: "",
    ) -> None:
        """Make the prompt.

        Args:
            question: What stands above the line.
            preset: The answer that is probably meant.
            placeholder: What kind of answer it is.
            problem: Says in one line why an answer will not do; nothing if it will.
        """
        super().__init__()
        self._question = question
        self._preset = preset
        self._placeholder = placeholder
        self._problem = problem

    def compose(self) -> ComposeResult:
        """Lay out the prompt."""
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="dialog--title", markup=False)
            answer = Input(self._preset, placeholder=self._placeholder, compact=True)
            answer.cursor_blink = False
            yield answer
            yield Static("Enter: do it   Esc: leave it", classes="dialog--note", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        answer = event.value.strip()
        problem = self._problem(answer)
        if not problem:
            self.dismiss(answer)
            return
        note = self.query_one(".dialog--note", Static)
        note.update(problem, layout=False)
        note.add_class("-wrong")


def _no_user_id(answer: str) -> str:
    if is_user_id(answer):
        return ""
    return f"A user ID is 1 to {USER_ID_MAX_CHARS} of A-Z a-z 0-9 _ -"


def user_id_prompt(question: str, preset: str) -> TextPrompt:
    """Return a prompt for a user ID."""
    return TextPrompt(question, preset, "user ID", _no_user_id)
