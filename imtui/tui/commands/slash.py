"""Parse and complete slash commands."""

from collections.abc import Mapping, Sequence
from typing import Final

from imtui.tui.commands.catalogue import command_by_id, typed_commands
from imtui.tui.commands.command import Argument, Command
from imtui.tui.commands.toggles import TURN_WORDS
from imtui.tui.model.events import KIND_NAMES
from imtui.tui.settings.schema import Order

_ECHO_MAX: Final = 40
_ENDS: Final = ("30m", "1h", "4h", "until 17:00", "until tomorrow", "off")


class SlashError(ValueError):
    """A line is not a command; the message is one line with advice."""


def parse_slash_line(line: str) -> tuple[Command, str]:
    """Return the command and the argument of a line.

    A name may be abbreviated to an unambiguous prefix, or be a synonym.

    Raises:
        SlashError: The line is not a command.
    """
    if not line.startswith("/"):
        raise SlashError("Commands begin with /. Tab shows how a line can go on.")
    name, _, argument = line.lstrip("/").partition(" ")
    known = {command.id: command for command in typed_commands()}
    begin = [one for one in known if one.startswith(name.casefold())] if name else []
    if name.casefold() in known:
        return command_by_id(name.casefold()), argument.strip()
    meant = [one.id for one in typed_commands() if name.casefold() in one.synonyms]
    if len(meant) == 1:
        return command_by_id(meant[0]), argument.strip()
    if len(begin) == 1:
        return command_by_id(begin[0]), argument.strip()
    if begin:
        raise SlashError(f"/{name} can be {', '.join(f'/{one}' for one in begin)}. Type more.")
    shown = name if len(name) <= _ECHO_MAX else f"{name[:_ECHO_MAX]}…"
    raise SlashError(f"There is no command /{shown}. Tab after / shows them all.")


def complete_slash_line(line: str, words: Mapping[Argument, Sequence[str]]) -> list[str]:
    """Return the completions of a line, the likeliest first.

    Args:
        line: The text typed so far.
        words: The possible values of each kind of argument.
    """
    if not line.startswith("/"):
        return []
    # The input starts with a slash already, and users type another.
    name, space, argument = line.lstrip("/").partition(" ")
    if not space:
        names = [one.id for one in typed_commands() if one.id.startswith(name.casefold())]
        return [f"/{one} " if command_by_id(one).argument.value else f"/{one}" for one in names]
    try:
        command, _ = parse_slash_line(line)
    except SlashError:
        return []
    return [
        f"/{name} {word}"
        for word in _argument_values(command.argument, argument, words)
        if word.casefold().startswith(argument.casefold()) and word != argument
    ]


def _argument_values(
    kind: Argument, typed: str, words: Mapping[Argument, Sequence[str]]
) -> Sequence[str]:
    fixed: dict[Argument, Sequence[str]] = {
        Argument.END: _ENDS,
        Argument.KIND: ("all", *KIND_NAMES.values()),
        Argument.ORDER: tuple(Order),
        Argument.ALLOW: ("any", "confirm", "nobody"),
        Argument.SHOWN: ("off", "on"),
    }
    if kind is Argument.USER_WORDS:
        return words.get(Argument.USER, ())
    if kind is Argument.TOGGLE:
        user, space, _ = typed.partition(" ")
        return [f"{user} {one}" for one in TURN_WORDS] if space else words.get(Argument.USER, ())
    if kind is Argument.USER_GROUP:
        users, groups = words.get(Argument.USER, ()), words.get(Argument.GROUP, ())
        return [*users, *(f"{user} {group}" for user in users for group in groups)]
    return fixed.get(kind) or words.get(kind, ())
