"""The line in which one types slash commands, in place of the footer."""

from typing import ClassVar, Final, Protocol

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

_HISTORY_MAX: Final = 100


class Completer(Protocol):
    """Completes slash commands."""

    def complete(self, line: str) -> list[str]:
        """Return the lines that a line can become, the likeliest first."""


class _FirstCompletion(Suggester):
    """Shows how the line can go on, behind the cursor."""

    def __init__(self, completer: Completer) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._completer = completer

    async def get_suggestion(self, value: str) -> str | None:
        """Return the likeliest way on."""
        return next(iter(self._completer.complete(value)), None)


class CommandLine(Input):
    """Slash commands with completion and history; hidden while nothing is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("tab", "complete(1)", "Complete", show=False),
        Binding("shift+tab", "complete(-1)", "Complete backwards", show=False),
        Binding("up", "history(-1)", "Before", show=False),
        Binding("down", "history(1)", "After", show=False),
    ]

    class Typed(Message):
        """A line was typed."""

        def __init__(self, line: str) -> None:
            """Take the line."""
            super().__init__()
            self.line = line

    class Left(Message):
        """The person wants to type nothing any more."""

    def __init__(self, completer: Completer) -> None:
        """Make a hidden line."""
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
        """What was typed before Tab began to go through what it can become."""
        self._completed: str | None = None

    def begin(self, words: str) -> None:
        """Show the line with these words, and type behind them."""
        self.display = True
        self._place = len(self._history)
        self._put(words)
        self.focus()

    def _put(self, line: str) -> None:
        self.value = line
        self.cursor_position = len(line)

    def action_complete(self, step: int) -> None:
        """Put the next line that what was typed can become."""
        if self.value != self._completed:
            self._stem, self._completed = self.value, None
        ways = self._completer.complete(self._stem)
        if not ways:
            return
        if self._completed in ways:
            place = (ways.index(self._completed) + step) % len(ways)
        else:
            place = 0 if step > 0 else -1
        self._completed = ways[place]
        self._put(self._completed)

    def action_history(self, step: int) -> None:
        """Put a line that was typed before."""
        self._place = min(max(self._place + step, 0), len(self._history))
        self._put(self._history[self._place] if self._place < len(self._history) else "/")

    async def action_submit(self) -> None:
        """Have the line done."""
        line = self.value.strip()
        if line in ("", "/"):
            self.action_leave()
            return
        self._history = [*(old for old in self._history if old != line), line][-_HISTORY_MAX:]
        self._hide()
        self.post_message(self.Typed(line))

    def action_leave(self) -> None:
        """Type nothing."""
        self._hide()
        self.post_message(self.Left())

    def _hide(self) -> None:
        self.value = ""
        self.display = False
