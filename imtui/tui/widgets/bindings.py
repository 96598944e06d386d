"""Key bindings of commands, for the screens on which their keys work."""

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from imtui.tui.commands.command import Command, Keys
from imtui.tui.kit.moves import MOVES


def _bound(command: Command, keys: tuple[str, ...]) -> str:
    # Textual requires a key; no keyboard has this one.
    return ",".join(keys) or f"f24+{command.id}"


def command_bindings(commands: Iterable[Command]) -> list[BindingType]:
    """Return a binding for each command; its ID lets a keymap replace the default keys."""
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
    """Return Textual's keymap of the keys that differ from the defaults.

    Textual walks the whole keymap at each key press, so it should be small.
    """
    changed: dict[str, str] = {
        command.id: _bound(command, keys.of(command))
        for command in commands
        if keys.of(command) != command.keys
    }
    moves = {move.id: keys.of(move) for move in MOVES}
    usual = {move.id: move.keys for move in MOVES}
    return changed | {name: ",".join(own) for name, own in moves.items() if own != usual[name]}
