"""The input for slash commands, shown in place of the footer."""

from typing import ClassVar, Final, Protocol

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

_HISTORY_MAX: Final = 100


class Completer(Protocol):
    """Completes slash commands."""

    def complete(self, line: str) -> list[str]:
        """Return the completions of a line, the likeliest first."""


class _FirstCompletion(Suggester):
    """Suggests the likeliest completion behind the cursor."""

    def __init__(self, completer: Completer) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._completer = completer

    async def get_suggestion(self, value: str) -> str | None:
        """Return the likeliest completion."""
        return next(iter(self._completer.complete(value)), None)


class CommandLine(Input):
    """An input for slash commands with completion and history; hidden while unused."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("tab", "complete(1)", "Complete", show=False),
        Binding("shift+tab", "complete(-1)", "Complete backwards", show=False),
        Binding("up", "history(-1)", "Before", show=False),
        Binding("down", "history(1)", "After", show=False),
    ]

    class Typed(Message):
        """The person submitted a line."""

        def __init__(self, line: str) -> None:
            """Make the message for a line."""
            super().__init__()
            self.line = line

    class Left(Message):
        """The person left the command line."""

    def __init__(self, completer: Completer) -> None:
        """Make a hidden input."""
        super().__init__(
            compact=True,
            id="command-line",
            suggester=_FirstCompletion(completer),
            select_on_focus=False,
        )
        self.cursor_blink = False
        self.display = False
        self._completer = completer
        self._history: list[str] = []
        self._place = 0
        self._stem = ""
        """The text typed before Tab started to cycle through completions."""
        self._completed: str | None = None

    def begin(self, words: str) -> None:
        """Show and focus the input, with the cursor behind these words."""
        self.display = True
        self._place = len(self._history)
        self._put(words)
        self.focus()

    def _put(self, line: str) -> None:
        self.value = line
        self.cursor_position = len(line)

    def action_complete(self, step: int) -> None:
        """Put the next completion of the typed text into the input."""
        if self.value != self._completed:
            self._stem, self._completed = self.value, None
        completions = self._completer.complete(self._stem)
        if not completions:
            return
        if self._completed in completions:
            place = (completions.index(self._completed) + step) % len(completions)
        else:
            place = 0 if step > 0 else -1
        self._completed = completions[place]
        self._put(self._completed)

    def action_history(self, step: int) -> None:
        """Put an earlier or later line of the history into the input."""
        self._place = min(max(self._place + step, 0), len(self._history))
        self._put(self._history[self._place] if self._place < len(self._history) else "/")

    async def action_submit(self) -> None:
        """Submit the line."""
        line = self.value.strip()
        if line in ("", "/"):
            self.action_leave()
            return
        self._history = [*(old for old in self._history if old != line), line][-_HISTORY_MAX:]
        self._hide()
        self.post_message(self.Typed(line))

    def action_leave(self) -> None:
        """Clear and hide the input."""
        self._hide()
        self.post_message(self.Left())

    def _hide(self) -> None:
        self.value = ""
        self.display = False
