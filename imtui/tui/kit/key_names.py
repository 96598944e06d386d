"""Parse the names of keys, and reject keys that a command cannot have."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from imtui.tui.kit.moves import MOVE_IDS, MOVE_KEYS

_MODIFIERS: Final = frozenset(("alt", "ctrl", "hyper", "meta", "shift", "super"))
_SPECIAL: Final = frozenset(
    (
        *("up", "down", "left", "right", "pageup", "pagedown", "home", "end"),
        *("insert", "delete", "backspace", "space", "enter", "tab", "escape"),
    )
)
_NAMED: Final = _SPECIAL | {f"f{number}" for number in range(1, 25)}

_RESERVED: Final = {
    "escape": "it closes what is open",
    "tab": "it goes to the next part of the screen",
    "shift+tab": "it goes to the previous part of the screen",
    "ctrl+c": "it copies",
    "ctrl+z": "it suspends the app",
    **dict.fromkeys(("ctrl+space", "ctrl+at"), "input methods take it before the app does"),
    "ctrl+h": "terminals send it for Backspace",
    "ctrl+i": "terminals send it for Tab",
    **dict.fromkeys(("ctrl+j", "ctrl+m"), "terminals send it for Enter"),
    "ctrl+left_square_bracket": "terminals send it for Escape",
}
"""Keys that no command can have, and why."""


def parse_key(text: str, *, moves: bool = False) -> str:
    """Return Textual's name of the key that the user wrote: ``+`` is ``plus``.

    Args:
        text: The key as written in the settings.
        moves: Whether the key moves the cursor in lists instead of running a command.

    Raises:
        ValueError: There is no such key, or it is reserved; the message says why.
    """
    *modifiers, base = [text] if len(text) == 1 else text.lower().split("+")
    name = _base_name(base)
    if not name or not _MODIFIERS.issuperset(modifiers) or len({*modifiers}) < len(modifiers):
        raise ValueError("there is no such key")
    if modifiers == ["shift"] and name not in _NAMED:
        raise ValueError("name the character that it types")
    # Textual sorts the modifiers.
    key = "+".join([*sorted(modifiers), name])
    if key in MOVE_KEYS and not moves:
        raise ValueError("it moves in the lists")
    if key in _RESERVED:
        raise ValueError(_RESERVED[key])
    return key


def key_parsers(command_ids: Iterable[str]) -> Mapping[str, Callable[[str], str]]:
    """Return the parser for keys of each command and of each cursor move, by ID."""
    move_key = partial(parse_key, moves=True)
    return dict.fromkeys(command_ids, parse_key) | dict.fromkeys(MOVE_IDS, move_key)


def _base_name(base: str) -> str:
    from imtui.tui.kit.undocumented.names import character_of_key, key_for_character

    if base in _NAMED:
        return base
    character = base if len(base) < 2 else character_of_key(base)
    if character is None or len(character) != 1 or not character.isprintable():
        return ""
    if character == ",":  # Textual would read it as a separator.
        return "comma"
    return key_for_character(character)
