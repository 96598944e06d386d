"""The kinds of values that a setting can have, in a file or on the command line; pure."""

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, cast

from imtui.protocol.limits import NODE_NAME_MAX
from imtui.server.edge.addresses import Network, network
from imtui.server.node.shared.address import VARIABLE, check_dsn, has_password, is_link
from imtui.toml.table import shortened

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item

_LIST_MAX: Final = 256
_TEXT_MAX: Final = 4096
_NUMBER_DIGITS: Final = 12
_HOST_MAX: Final = 255
_COUNT_MAX: Final = 1_000_000_000
EDGES_MAX: Final = 64
_NODE_NAME: Final = re.compile(rf"[A-Za-z0-9._-]{{1,{NODE_NAME_MAX}}}")
_ORIGIN: Final = re.compile(r"null|[a-z][a-z0-9+.-]*://[^/\s]+")


class Kind(ABC, Generic[T]):
    """A kind of values."""

    @property
    @abstractmethod
    def is_list(self) -> bool:
        """Tell whether an option with such a value may be repeated."""

    @abstractmethod
    def parse(self, text: str) -> Any:
        """Return the value of an option, or an item of a list; raises ValueError."""

    @abstractmethod
    def check(self, value: object) -> T:
        """Return the value of a key of a file.

        Raises:
            ValueError: It cannot have this value; the message continues the name of the key.
        """

    @abstractmethod
    def write(self, value: T) -> str:
        """Return a value for a message."""


class One(Kind[T]):
    """A single value, which is a number or a string in a file."""

    is_list = False

    def __init__(self, wanted: str, check: Callable[[Any], T], *, is_number: bool = False) -> None:
        """Make a kind.

        Args:
            wanted: What the value has to be, such as "a port: 0 to 65535".
            check: Returns the value, given an ``int`` or a ``str``; raises ValueError.
            is_number: Whether it is an ``int`` in a file.
        """
        self._wanted = wanted
        self._check = check
        self._type = int if is_number else str

    def parse(self, text: str) -> T:
        """Return the value of an option; raises ValueError."""
        is_number = text.isascii() and text.isdecimal() and len(text) <= _NUMBER_DIGITS
        try:
            return self._checked(int(text) if self._type is int and is_number else text)
        except ValueError:
            raise ValueError(f"{shortened(text)!r} is not {self._wanted}") from None

    def check(self, value: object) -> T:
        """Return the value of a key of a file; raises ValueError."""
        try:
            return self._checked(value)
        except ValueError:
            raise ValueError(f"must be {self._wanted}, not {_shown(value)}.") from None

    def write(self, value: T) -> str:
        """Return a value for a message."""
        return "not set" if value is None else str(value)

    def _checked(self, value: object) -> T:
        # In Python, a bool is an int.
        if type(value) is not self._type or len(str(value)) > _TEXT_MAX:
            raise ValueError
        return self._check(value)


class Many(Kind[tuple[I, ...]]):
    """A list of values; in a file, one may stand without its brackets."""

    is_list = True

    def __init__(self, item: One[I], *, is_needed: bool = False) -> None:
        """Make a kind.

        Args:
            item: The kind of the items.
            is_needed: Whether there has to be one.
        """
        self._item = item
        self._is_needed = is_needed

    def parse(self, text: str) -> I:
        """Return an item from an option; raises ValueError."""
        return self._item.parse(text)

    def check(self, value: object) -> tuple[I, ...]:
        """Return the items of a key of a file; raises ValueError."""
        items = value if isinstance(value, list) else [value]
        if self._is_needed and not items:
            raise ValueError("must not be empty.")
        if len(items) > _LIST_MAX:
            raise ValueError(f"must have at most {_LIST_MAX} items.")
        return tuple(dict.fromkeys(map(self._item.check, items)))

    def write(self, value: tuple[I, ...]) -> str:
        """Return the items for a message."""
        return ", ".join(map(self._item.write, value)) or "none"


def _shown(value: object) -> str:
    kinds = {bool: "true or false", dict: "a table", list: "a list", str: shortened(repr(value))}
    return kinds.get(type(value)) or shortened(str(value))


def _accept_if(holds: Callable[[Any], object], make: Callable[[Any], T]) -> Callable[[Any], T]:
    def check(value: Any) -> T:
        if not holds(value):
            raise ValueError
        return make(value)

    return check


def _is_host(text: str) -> bool:
    return 0 < len(text) <= _HOST_MAX and text.isprintable() and not set(text) & set(" /[]")


class _EdgeCount(One[int]):
    """A number of processes, or ``auto``: one less than there are cores."""

    def _checked(self, value: object) -> int:
        return max(1, (os.cpu_count() or 1) - 1) if value == "auto" else super()._checked(value)


class _Database(One[str]):
    """The address of a database; a list of processes would show a password in an option."""

    def parse(self, text: str) -> str:
        dsn = super().parse(text)
        if has_password(dsn):
            raise ValueError(
                f"an address in an option cannot have a password: put it into {VARIABLE}, "
                "PGPASSFILE or the settings file"
            )
        return dsn


NODE_NAME: Final = One(
    f"a name of 1 to {NODE_NAME_MAX} letters, digits, dots, hyphens and underscores",
    _accept_if(_NODE_NAME.fullmatch, str),
)
LINK: Final[One[str]] = One(
    "HOST:PORT, such as 10.0.0.5:7790 or [fd00::5]:7790", _accept_if(is_link, str)
)
DATABASE: Final = _Database(
    "the address of a PostgreSQL database, such as postgresql://imtui@db.example.org/imtui",
    check_dsn,
)
EDGE_COUNT: Final = _EdgeCount(
    f"auto, or a whole number up to {EDGES_MAX}",
    _accept_if(lambda number: 0 <= number <= EDGES_MAX, int),
    is_number=True,
)
PORT: Final[One[int]] = One(
    "a port: 0 to 65535", _accept_if(lambda number: 0 <= number <= 65535, int), is_number=True
)
COUNT: Final[One[int]] = One(
    f"a positive whole number up to {_COUNT_MAX}",
    _accept_if(lambda number: 0 < number <= _COUNT_MAX, int),
    is_number=True,
)
OPTIONAL_COUNT: Final = cast("One[int | None]", COUNT)
MEBIBYTES: Final[One[int]] = One(
    "a whole number of MiB, or 0",
    _accept_if(lambda number: 0 <= number <= _COUNT_MAX, int),
    is_number=True,
)
OPTIONAL_FILE: Final[One[Path | None]] = One(
    "the path of a file", _accept_if(lambda text: text and text.isprintable(), Path)
)
HOSTS: Final = Many(
    One("a host or address, such as 0.0.0.0 or ::", _accept_if(_is_host, str)), is_needed=True
)
ORIGINS: Final = Many(
    One("an origin, such as https://chat.example.org", _accept_if(_ORIGIN.fullmatch, str))
)
NETWORKS: Final[Many[Network]] = Many(
    One("an IP address, such as 10.0.0.1, or a network, such as 10.0.0.0/8", network)
)


def one_of(*names: str) -> One[str]:
    """Return the kind of strings that are one of these."""
    return One(f"one of {', '.join(names)}", _accept_if(names.__contains__, str))
