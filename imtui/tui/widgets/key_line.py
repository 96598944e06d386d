"""The footer: the keys that one needs most."""

from collections.abc import Sequence

from textual.events import Click

from imtui.tui.command import Command, Keys, key_name
from imtui.tui.messages import RunCommand
from imtui.tui.spans import Span, width_of
from imtui.tui.widgets.painted import PaintedLine


class KeyLine(PaintedLine):
    """Keys and what they do, as many as there is room for; each can be clicked."""

    def __init__(self, keys: Keys, commands: Sequence[Command]) -> None:
        """Make a line of these commands."""
        super().__init__()
        self._keys = keys
        self._commands = commands

    def spans(self, width: int) -> list[Span]:
        """Return what the line shows in so many cells."""
        line = [Span(" ")]
        for command in self._commands:
            keys = self._keys.of(command)
            if not keys:
                continue
            shown = [
                Span(key_name(keys[0]), "key", command.id),
                Span(f" {command.footer or command.title.removesuffix(' …')}", "dim", command.id),
                Span("   "),
            ]
            if width_of(line) + width_of(shown[:2]) > width:
                break
            line += shown
        return line

    def on_click(self, event: Click) -> None:
        """Do what the key under the mouse does."""
        if command_id := self.command_at(event.x):
            self.post_message(RunCommand(command_id))
