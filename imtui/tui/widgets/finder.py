"""The search input above a pane."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class Finder(Input):
    """Filters a pane while the person types; hidden while unused."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Show all", show=False),
        Binding("down,tab", "done", "To the pane", show=False),
    ]

    class Narrowed(Message):
        """The search text changed."""

        def __init__(self, pane: str) -> None:
            """Make the message for a pane."""
            super().__init__()
            self.pane = pane

    class Done(Message):
        """The person finished searching; the focus goes to the pane."""

        def __init__(self, pane: str) -> None:
            """Make the message for a pane."""
            super().__init__()
            self.pane = pane

    def __init__(self, pane: str) -> None:
        """Make an empty, hidden input for a pane."""
        super().__init__(placeholder="name, status or text", compact=True, id=f"{pane}-finder")
        self._pane = pane
        self.cursor_blink = False
        self.display = False

    def watch_value(self, value: str) -> None:
        """Report the new search text."""
        self.post_message(self.Narrowed(self._pane))

    def begin(self, words: str = "") -> None:
        """Show and focus the input, or search for ``words`` at once."""
        self.display = True
        if words:
            self.value = words
            self.action_done()
        else:
            self.focus()

    def clear_and_hide(self) -> bool:
        """Clear and hide the input; return whether it was shown."""
        was = self.display
        self.value = ""
        self.display = False
        return was

    async def action_submit(self) -> None:
        """Keep the filter and go to the pane."""
        self.action_done()

    def action_done(self) -> None:
        """Keep the filter and go to the pane; hide the input if it is empty."""
        self.display = bool(self.value)
        self.post_message(self.Done(self._pane))

    def action_leave(self) -> None:
        """Show all again."""
        self.clear_and_hide()
        self.post_message(self.Done(self._pane))
