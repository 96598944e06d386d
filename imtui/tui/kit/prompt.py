"""Dialogs that ask: for a text, or for yes or no."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

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


class Question(Dialog[bool]):
    """Asks; dismissed with True for yes, else with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "yes", "Yes", show=False),
        Binding("n", "leave", "No", show=False),
    ]

    def __init__(self, question: str) -> None:
        """Make the question."""
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
