"""Where one writes a message: several lines, what was sent before, emoji by their codes."""

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import TextArea

from imtui.protocol.limits import MESSAGE_MAX_BYTES
from imtui.tui.kit.emoji import begun_code, emoji_completions, with_emoji
from imtui.tui.widgets.run_command import RunCommand

if TYPE_CHECKING:
    from imtui.tui.widgets.command_line import Completer

HISTORY_MAX: Final = 100
PASTE_MAX_LINES: Final = 10
"""A paste of more lines is asked about."""
_PASTE_MAX_CHARS: Final = 4 * MESSAGE_MAX_BYTES


class Composer(TextArea):
    """The message input; Enter sends, Alt+Enter begins another line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Send", show=False),
        Binding("alt+enter,ctrl+j,shift+enter", "new_line", "Another line", show=False),
        Binding("tab", "complete", "Complete", show=False),
        Binding("up", "before", "Before", show=False),
        Binding("down", "after", "After", show=False),
        Binding("pageup,ctrl+up", "to_messages", "To the messages", show=False),
        Binding("pagedown,ctrl+down", "to_end", "To the newest", show=False),
        Binding("ctrl+f", "search", "Search", show=False),
        Binding("ctrl+w", "close", "Close", show=False),
        Binding("escape", "leave", "Leave", show=False),
    ]

    class Written(Message):
        """A message was written."""

        def __init__(self, text: str) -> None:
            """Take the text."""
            super().__init__()
            self.text = text

    class Begun(Message):
        """Something is being written."""

    class Pasted(Message):
        """Many lines were pasted: the person should be asked."""

        def __init__(self, text: str) -> None:
            """Take what was pasted."""
            super().__init__()
            self.text = text

    class Left(Message):
        """The person wants to go back to the friends."""

    class ToMessages(Message):
        """The person wants to choose among the messages."""

    class ToEnd(Message):
        """The person wants to see the newest messages."""

    def __init__(self, placeholder: str, completer: "Completer") -> None:
        """Make an empty input; ``completer`` completes slash commands."""
        super().__init__(
            compact=True,
            highlight_cursor_line=False,
            placeholder=placeholder,
            id="composer",
        )
        self.cursor_blink = False
        self._history: list[str] = []
        self._place = 0
        self._completer = completer
        self._ways: list[str] = []
        """What the text before the cursor can become, while Tab goes through it."""
        self._way = 0

    def put(self, text: str) -> None:
        """Have the input hold a text, with the cursor behind it."""
        self.text = text
        self.move_cursor(self.document.end)

    async def _on_key(self, event: Key) -> None:
        # Enter is bound above; Textual's own input would take it for a new line.
        if event.key == "enter":
            event.prevent_default()
        elif event.is_printable:
            self.post_message(self.Begun())

    async def _on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        text = event.text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
        if text.count("\n") >= PASTE_MAX_LINES or len(text) > _PASTE_MAX_CHARS:
            self.post_message(self.Pasted(text))
        else:
            self.insert(text)

    def action_submit(self) -> None:
        """Send what was written."""
        text = with_emoji(self.text)
        if not text.strip():
            return
        self._history = [*(old for old in self._history if old != text), text][-HISTORY_MAX:]
        self._place = len(self._history)
        self.post_message(self.Written(text))

    def action_new_line(self) -> None:
        """Begin another line."""
        self.insert("\n")

    def _before_cursor(self) -> str:
        row, column = self.cursor_location
        return self.document[row][:column]

    def action_complete(self) -> None:
        """Complete a slash command or an emoji code; with nothing written, go to the next pane."""
        if not self.text:
            self.screen.focus_next()
            return
        before = self._before_cursor()
        if self._ways and before.endswith(self._ways[self._way]):
            old = self._ways[self._way]
            self._way = (self._way + 1) % len(self._ways)
        else:
            is_command = before.startswith("/") and self.cursor_location[0] == 0
            old = before if is_command else begun_code(before)
            self._ways, self._way = (
                (self._completer.complete if is_command else emoji_completions)(before),
                0,
            )
        if self._ways:
            row, column = self.cursor_location
            self.replace(self._ways[self._way], (row, column - len(old)), (row, column))

    def action_before(self) -> None:
        """Go up a line; from the first one, to what was sent before."""
        if self.cursor_location[0] > 0:
            self.action_cursor_up()
        elif self._history and (not self.text or self._place < len(self._history)):
            self._show_sent(self._place - 1)

    def action_after(self) -> None:
        """Go down a line; from the last one, to what was sent after."""
        if self.cursor_location[0] < self.document.line_count - 1:
            self.action_cursor_down()
        elif self._place < len(self._history):
            self._show_sent(self._place + 1)

    def _show_sent(self, place: int) -> None:
        self._place = min(max(place, 0), len(self._history))
        self.put(self._history[self._place] if self._place < len(self._history) else "")

    def action_to_messages(self) -> None:
        """Choose among the messages."""
        self.post_message(self.ToMessages())

    def action_to_end(self) -> None:
        """Show the newest messages."""
        self.post_message(self.ToEnd())

    def action_close(self) -> None:
        """Delete the word before the cursor; with nothing written, close the conversation."""
        if self.text:
            self.action_delete_word_left()
        else:
            self.post_message(RunCommand("close"))

    def action_search(self) -> None:
        """Look for messages in the conversation."""
        self.post_message(RunCommand("search-here"))

    def action_leave(self) -> None:
        """Go back to the friends; what was written stays."""
        self.post_message(self.Left())
