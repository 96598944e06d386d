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
        Binding("y", "yes", "Yes", show=False),
        Binding("enter", "enter", "Yes or no", show=False),
        Binding("n", "leave", "No", show=False),
    ]

    def __init__(self, question: str, *, takes_away: bool = False) -> None:
        """Create the dialog.

        Args:
            question: The question.
            takes_away: Whether a yes takes something away; Enter is then no.
        """
        super().__init__()
        self._question = question
        self._takes_away = takes_away

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="dialog--title", markup=False)
            keys = "y: yes   Enter, Esc: no" if self._takes_away else "Enter: yes   Esc: no"
            yield Static(keys, classes="dialog--note", markup=False)

    def action_yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)

    def action_enter(self) -> None:
        """Answer no if a yes takes something away, else yes."""
        self.dismiss(None if self._takes_away else True)
