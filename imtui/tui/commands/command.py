"""What a command of the app is, and how its keys are written."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, Protocol

from msgspec import Struct


class Argument(Enum):
    """What may stand behind a command's name."""

    NOTHING = ""
    TEXT = "TEXT [for 45m | until 17:00]"
    USER = "USER"
    USER_GROUP = "USER [GROUP]"
    USER_WORDS = "USER [WORDS]"
    GROUP = "GROUP"
    ALLOW = "any | confirm | nobody"
    END = "[45m | until 17:00 | off]"
    WORDS = "WORDS"
    KIND = "KIND"
    ORDER = "ORDER"
    THEME = "THEME"


class Command(Struct, frozen=True):
    """One thing that the app can do."""

    id: str
    """Its stable name: that of its key binding, and what stands behind the slash."""
    title: str
    help: str
    keys: tuple[str, ...] = ()
    """Its usual keys as Textual names them, the one to show first."""
    footer: str = ""
    """The word in the footer; empty to leave it out there."""
    argument: Argument = Argument.NOTHING
    is_internal: bool = False
    """Whether only the app itself runs it."""

    @property
    def usage(self) -> str:
        """Return how it is typed: ``/watch USER``."""
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
    """Return a key as a person reads it: ``^p``, ``+``, ``Del``, ``F1``."""
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+')}"
    if key[:1] == "f" and key[1:].isdigit():
        return key.upper()
    return _KEY_NAMES.get(key, key)


class Bindable(Protocol):
    """What has keys: a command, or a way to move."""

    @property
    def id(self) -> str:
        """Return its name in the settings."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Return its usual keys."""


class Keys:
    """Which keys run a command: the person's own, or the usual ones that are left."""

    def __init__(self, own: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """Take the person's keys by the commands' IDs."""
        self.set_own_keys(own or {})

    def set_own_keys(self, own: Mapping[str, tuple[str, ...]]) -> None:
        """Take other keys from now on."""
        self._own = own
        self._taken = frozenset(key for keys in own.values() for key in keys)

    def of(self, command: Bindable) -> tuple[str, ...]:
        """Return the keys of a command, the one to show first."""
        own = self._own.get(command.id)
        if own is not None:
            return own
        return tuple(key for key in command.keys if key not in self._taken)

    def name(self, command: Bindable) -> str:
        """Return the first key of a command as a person reads it; without one, how it is typed."""
        return self.names(command, 1) or f"/{command.id}"

    def names(self, command: Bindable, most: int | None = None) -> str:
        """Return the keys of a command, or the first of them, as a person reads them."""
        return ", ".join(map(key_name, self.of(command)[:most]))
