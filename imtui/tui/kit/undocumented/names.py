"""The names of keys, characters and emoji."""

from textual.binding import Binding


def emoji_codes() -> dict[str, str]:
    """Return the emoji by their codes; the table is large, so it is loaded on demand."""
    from rich._emoji_codes import EMOJI

    return EMOJI


def character_of_key(key: str) -> str | None:
    """Return the character that a key types, given Textual's name of it; None without one."""
    from textual.keys import REPLACED_KEYS, key_to_character

    return key_to_character(REPLACED_KEYS.get(key, key))


def key_for_character(character: str) -> str:
    """Return Textual's name of the key that types a character, except a comma."""
    (binding,) = Binding.make_bindings([Binding(character, "")])
    return binding.key
