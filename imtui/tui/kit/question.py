"""A question that is answered with yes or no."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from imtui.tui.kit.dialog import Dialog


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
