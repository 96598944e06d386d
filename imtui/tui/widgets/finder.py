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

    class Narrowed(Message):
        """Something else is looked for."""

        def __init__(self, pane: str) -> None:
            """Name the pane."""
            super().__init__()
            self.pane = pane

    class Done(Message):
        """The person goes on in the pane."""

        def __init__(self, pane: str) -> None:
            """Name the pane."""
            super().__init__()
            self.pane = pane

    def __init__(self, pane: str) -> None:
        """Make an empty, hidden line for a pane."""
        super().__init__(placeholder="name, status or text", compact=True, id=f"{pane}-finder")
        self._pane = pane
        self.cursor_blink = False
        self.display = False

    def watch_value(self, value: str) -> None:
        """Tell what is looked for now."""
        self.post_message(self.Narrowed(self._pane))

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
        self.post_message(self.Done(self._pane))

    def action_leave(self) -> None:
        """Show all again."""
        self.clear_and_hide()
        self.post_message(self.Done(self._pane))
