"""The line over a pane in which one types what to look for."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class Finder(Input):
    """Narrows a pane while one types; hidden while nothing is looked for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Show all", show=False),
        Binding("down,tab", "done", "To the pane", show=False),
    ]

    class Done(Message):
        """The person goes on in the pane."""

    def __init__(self, finder_id: str) -> None:
        """Make an empty, hidden line."""
        super().__init__(placeholder="name, status or text", compact=True, id=finder_id)
        self.cursor_blink = False
        self.display = False

    def begin(self, words: str = "") -> None:
        """Show the line, with these words if any, and type in it."""
        self.display = True
        if words:
            self.value = words
            self.action_done()
        else:
            self.focus()

    def clear_and_hide(self) -> bool:
        """Look for nothing any more; tell whether anything was looked for."""
        was = self.display
        self.value = ""
        self.display = False
        return was

    async def action_submit(self) -> None:
        """Go on in the pane."""
        self.action_done()

    def action_done(self) -> None:
        """Go on in the pane; an empty line goes away."""
        self.display = bool(self.value)
        self.post_message(self.Done())

    def action_leave(self) -> None:
        """Show all again."""
        self.clear_and_hide()
        self.post_message(self.Done())
