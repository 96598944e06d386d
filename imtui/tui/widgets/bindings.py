"""Key bindings of commands, for the screens on which their keys work."""

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from imtui.tui.commands.command import Command, Keys
from imtui.tui.kit.moves import MOVES


def _bound(command: Command, keys: tuple[str, ...]) -> str:
    # A binding has to have a key; this one is on no keyboard.
    return ",".join(keys) or f"f24+{command.id}"


def command_bindings(commands: Iterable[Command]) -> list[BindingType]:
    """Return a binding for each command; by its ID the person's own keys replace the usual."""
    return [
        Binding(
            _bound(command, command.keys),
            f"app.run_command('{command.id}')",
            command.title,
            id=command.id,
            show=False,
        )
        for command in commands
    ]


def keymap(commands: Iterable[Command], keys: Keys) -> dict[str, str]:
    """Return the keys that are not the usual ones, as Textual takes them.

    Textual goes through all of them at each key that is pressed, so there should be few.
    """
    changed: dict[str, str] = {
        command.id: _bound(command, keys.of(command))
        for command in commands
        if keys.of(command) != command.keys
    }
    moves = {move.id: keys.of(move) for move in MOVES}
    usual = {move.id: move.keys for move in MOVES}
    return changed | {name: ",".join(own) for name, own in moves.items() if own != usual[name]}
