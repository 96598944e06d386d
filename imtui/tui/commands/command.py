"""The definition of a command, and the display names of its keys."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, Protocol

from msgspec import Struct


class Argument(Enum):
    """The argument that a command takes; the value is shown in its usage."""

    NOTHING = ""
    TEXT = "TEXT [for 45m | until 17:00]"
    USER = "USER"
    TOGGLE = "USER [on | off]"
    USER_GROUP = "USER [GROUP]"
    USER_WORDS = "USER [WORDS]"
    GROUP = "GROUP [on | off]"
    ALLOW = "any | confirm | nobody"
    END = "[45m | until 17:00 | off]"
    WORDS = "WORDS"
    KIND = "KIND"
    SHOWN = "[on | off]"
    ORDER = "ORDER"
    THEME = "THEME"


class Command(Struct, frozen=True):
    """One command of the app."""

    id: str
    """Its stable name, used for its key binding and as its slash command."""
    title: str
    help: str
    keys: tuple[str, ...] = ()
    """Its default keys, as Textual names them; the first one is shown."""
    footer: str = ""
    """Its label in the footer; empty to leave it out there."""
    argument: Argument = Argument.NOTHING
    state: str = ""
    """How a user is for whom it was run, such as ``muted``, if it can be ended too."""
    ending: str = ""
    """The title of its ending in the palette."""
    synonyms: tuple[str, ...] = ()
    """Other words by which the palette and slash lines find it, each for one command only."""
    is_immediate: bool = False
    """Whether it changes something without asking, so that its help alone does not find it."""
    is_internal: bool = False
    """Whether it cannot be run by name."""

    @property
    def usage(self) -> str:
        """Return how to type it: ``/watch USER``."""
        return f"/{self.id} {self.argument.value}".rstrip()


_KEY_NAMES: Final = {
    "plus": "+",
    "minus": "-",
    "question_mark": "?",
    "colon": ":",
    "comma": ",",
    "slash": "/",
    "delete": "Del",
    "space": "Space",
    "left": "Left",
    "right": "Right",
    "up": "Up",
    "down": "Down",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "enter": "Enter",
    "equals_sign": "=",
    "asterisk": "*",
}


def key_name(key: str) -> str:
    """Return the display name of a key: ``^p``, ``+``, ``Del``, ``F1``."""
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+')}"
    if key[:1] == "f" and key[1:].isdigit():
        return key.upper()
    return _KEY_NAMES.get(key, key)


class Bindable(Protocol):
    """Anything that keys can be bound to: a command, or a cursor move."""

    @property
    def id(self) -> str:
        """Return its name in the settings."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Return its default keys."""


class Keys:
    """The keys of each command: the user's own, or its defaults that are not taken."""

    def __init__(self, own: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """Use the user's own keys, by command ID."""
        self.set_own_keys(own or {})

    def set_own_keys(self, own: Mapping[str, tuple[str, ...]]) -> None:
        """Replace the user's own keys."""
        self._own = own
        self._taken = frozenset(key for keys in own.values() for key in keys)

    def of(self, command: Bindable) -> tuple[str, ...]:
        """Return the keys of a command; the first one is shown."""
        own = self._own.get(command.id)
        if own is not None:
            return own
        return tuple(key for key in command.keys if key not in self._taken)

    def name(self, command: Bindable) -> str:
        """Return the display name of a command's first key; without a key, its slash command."""
        return self.names(command, 1) or f"/{command.id}"

    def names(self, command: Bindable, most: int | None = None) -> str:
        """Return the display names of a command's keys, or of the first ``most`` of them."""
        return ", ".join(map(key_name, self.of(command)[:most]))
