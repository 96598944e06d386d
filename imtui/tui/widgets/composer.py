"""The message input: multi-line, with history, emoji codes and slash completion."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import EditResult, Location

from imtui.protocol.limits import MESSAGE_MAX_BYTES
from imtui.tui.kit.emoji import Change, TypedCodes, complete_emoji
from imtui.tui.widgets.run_command import RunCommand

if TYPE_CHECKING:
    from imtui.tui.widgets.command_line import Completer

HISTORY_MAX: Final = 100
PASTE_MAX_LINES: Final = 10
"""A paste of more lines than this needs confirmation."""
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
        """The person submitted a message."""

        def __init__(self, text: str) -> None:
            """Make the message for a text."""
            super().__init__()
            self.text = text

    class Begun(Message):
        """The person is writing."""

    class Pasted(Message):
        """A long paste needs confirmation."""

        def __init__(self, text: str) -> None:
            """Make the message for the pasted text."""
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
        self._completions: Sequence[str] = ()
        """The completions that Tab cycles through."""
        self._completion_index = 0
        self._stem = ""
        """The text that Tab completes."""
        self._codes = TypedCodes()
        self._changed_at: Location = (0, 0)
        """The cursor after the last key that typed, deleted or completed something."""

    def put(self, text: str) -> None:
        """Set the text, with the cursor at its end."""
        self._codes.reset()
        self.text = text
        self.move_cursor(self.document.end)

    async def _on_key(self, event: Key) -> None:
        # Textual's TextArea would insert a newline; the binding above submits instead.
        if event.key == "enter":
            event.prevent_default()
        elif event.is_printable and event.character:
            self.post_message(self.Begun())
            self._type(event, event.character)

    def _type(self, event: Key, char: str) -> None:
        row, column = start = min(self.selection)
        self._completions = ()
        if start != self._changed_at:
            self._codes.reset()
        change = self._codes.typed(char, self.document[row][:column])
        if change is not None and self.selection.is_empty:
            event.stop()
            event.prevent_default()
            self._change(change)
        else:
            self._changed_at = (row, column + len(char))

    def _change(self, change: Change) -> None:
        row, column = self.cursor_location
        self.replace(change.new, (row, column - len(change.old)), (row, column))
        self._changed_at = self.cursor_location

    def insert(
        self,
        text: str,
        location: Location | None = None,
        *,
        maintain_selection_offset: bool = True,
    ) -> EditResult:
        """Insert a text that was not typed; its codes stay codes."""
        self._codes.reset()
        return super().insert(text, location, maintain_selection_offset=maintain_selection_offset)

    def action_delete_left(self) -> None:
        """Delete a character; right after a code became an emoji, bring the code back."""
        if not self.selection.is_empty or self.cursor_location != self._changed_at:
            self._codes.reset()
        change = self._codes.backspace(self._before_cursor())
        if change is not None:
            self._change(change)
        else:
            super().action_delete_left()
            self._changed_at = self.cursor_location

    async def _on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        text = event.text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
        if text.count("\n") >= PASTE_MAX_LINES or len(text) > _PASTE_MAX_CHARS:
            self.post_message(self.Pasted(text))
        else:
            self.insert(text)

    def action_submit(self) -> None:
        """Send the text."""
        text = self.text
        if not text.strip():
            return
        self._history = [*(old for old in self._history if old != text), text][-HISTORY_MAX:]
        self._place = len(self._history)
        self.post_message(self.Written(text))

    def action_new_line(self) -> None:
        """Insert a newline."""
        self.insert("\n")

    def _before_cursor(self) -> str:
        row, column = self.cursor_location
        return self.document[row][:column]

    def action_complete(self) -> None:
        """Complete a slash command, or put in an emoji; in an empty input, go to the next pane."""
        if not self.text:
            self.screen.focus_next()
            return
        before = self._before_cursor()
        is_command = before.startswith("/") and self.cursor_location[0] == 0
        if (
            self._completions
            and self.cursor_location == self._changed_at
            and before.endswith(self._completions[self._completion_index])
        ):
            old = self._completions[self._completion_index]
            self._completion_index = (self._completion_index + 1) % len(self._completions)
        else:
            old = self._begin_completing(before, is_command)
        if self._completions:
            new = self._completions[self._completion_index]
            self._change(Change(old, new))
            if not is_command:
                self._codes.completed(self._stem, new)

    def _begin_completing(self, before: str, is_command: bool) -> str:
        """Look for completions, and return the text that they complete."""
        self._completion_index = 0
        if is_command:
            self._stem, self._completions = before, self._completer.complete(before)
        else:
            found = complete_emoji(before)
            self._stem, self._completions = found.begun, found.emoji
        return self._stem

    def action_before(self) -> None:
        """Go up a line; on the first one, to the previous sent message."""
        if self.cursor_location[0] > 0:
            self.action_cursor_up()
        elif self._history and (not self.text or self._place < len(self._history)):
            self._show_sent(self._place - 1)

    def action_after(self) -> None:
        """Go down a line; on the last one, to the next sent message."""
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
        """Delete the word before the cursor; in an empty input, close the conversation."""
        if self.text:
            self.action_delete_word_left()
        else:
            self.post_message(RunCommand("close"))

    def action_search(self) -> None:
        """Search the conversation."""
        self.post_message(RunCommand("search-here"))

    def action_leave(self) -> None:
        """Go back to the friends; the draft stays."""
        self.post_message(self.Left())
