"""Dialogs that ask for a text, or for yes or no."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from imtui.tui.kit.dialog import Dialog


class TextPrompt(Dialog[str]):
    """A dialog that asks for a text and is dismissed with it, or with None."""

    def __init__(
        self,
        question: str,
        preset: str,
        placeholder: str,
        problem: Callable[[str], str] = lambda _: "",
    ) -> None:
        """Create the prompt.

        Args:
            question: The text above the input.
            preset: The initial value of the input.
            placeholder: The placeholder of the input.
            problem: Returns one line that says why an answer is invalid, or an empty string.
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


class Question(Dialog[bool]):
    """A question that is dismissed with True for yes, and with None for no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "yes", "Yes", show=False),
        Binding("n", "leave", "No", show=False),
    ]

    def __init__(self, question: str) -> None:
        """Create the dialog."""
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="dialog--title", markup=False)
            yield Static("Enter: yes   Esc: no", classes="dialog--note", markup=False)

    def action_yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)
