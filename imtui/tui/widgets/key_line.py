"""The footer, with the most useful keys."""

from collections.abc import Sequence

from textual.events import Click

from imtui.tui.commands.command import Command, Keys, key_name
from imtui.tui.kit.painted import PaintedLine
from imtui.tui.kit.spans import Span, width_of
from imtui.tui.widgets.run_command import RunCommand

Hint = tuple[str, str, str]
"""A key, what it does, and the ID of the command that a click runs, if any."""


class KeyLine(PaintedLine):
    """Clickable keys with their meaning, as many as fit."""

    def __init__(
        self, keys: Keys, commands: Sequence[Command], before: Sequence[Hint] = ()
    ) -> None:
        """Make a line for these commands; the hints in ``before`` come first."""
        super().__init__()
        self._keys = keys
        self._commands = commands
        self._before = before
        self._alone = False

    def spans(self, width: int) -> list[Span]:
        """Return the line, ``width`` cells wide."""
        line = [Span(" ")]
        for key, words, command_id in (*self._before, *(() if self._alone else self._usual())):
            shown = [
                Span(key, "key", command_id),
                Span(f" {words}", "dim", command_id),
                Span("   "),
            ]
            if width_of(line) + width_of(shown[:2]) > width:
                break
            line += shown
        return line

    def hint(self, hints: Sequence[Hint], *, alone: bool) -> None:
        """Show these hints before the commands, or ``alone``."""
        if (hints, alone) != (self._before, self._alone):
            self._before, self._alone = hints, alone
            self.refresh()

    def _usual(self) -> list[Hint]:
        return [
            (key_name(keys[0]), command.footer or command.title.removesuffix(" …"), command.id)
            for command in self._commands
            if (keys := self._keys.of(command))
        ]

    def on_click(self, event: Click) -> None:
        """Run the command of the key under the mouse."""
        if command_id := self.command_at(event.x):
            self.post_message(RunCommand(command_id))
