"""Check the values of settings.

Each check returns the value to use, or raises ValueError with a message that continues the name
of the setting: "must be true or false.".
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeVar

from imtui.protocol.errors import IMError
from imtui.protocol.identifiers import check_custom_status

_PRESETS_MAX: Final = 50
_THEME_MAX: Final = 60
_IDLE_MINUTES_MAX: Final = 24 * 60
_ESCAPE_MS_MAX: Final = 2000

E = TypeVar("E", bound=StrEnum)


def check_flag(value: object) -> bool:
    """Return a boolean."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false.")
    return value


def check_minutes(value: object) -> int:
    """Return a number of minutes without a key."""
    return _whole_number(value, "minutes", _IDLE_MINUTES_MAX)


def check_escape_ms(value: object) -> int:
    """Return a number of milliseconds to wait for the rest of a key."""
    return _whole_number(value, "milliseconds", _ESCAPE_MS_MAX)


def _whole_number(value: object, unit: str, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"must be a whole number of {unit} from 0 to {most}.")
    return value


def check_text(value: object) -> str:
    """Return a string."""
    if not isinstance(value, str):
        raise ValueError("must be a text in quotes.")
    return value


def check_theme(value: object) -> str:
    """Return a plausible name of a theme."""
    name = check_text(value)
    if not name.isprintable() or len(name) > _THEME_MAX:
        raise ValueError("must be the name of a theme.")
    return name


def check_status(value: object) -> str:
    """Return a valid custom status text."""
    try:
        return check_custom_status(check_text(value))
    except IMError as error:
        words = error.message.partition(": ")[2]
        raise ValueError(f"must be what a status can be: {words}") from error


def check_presets(value: object) -> tuple[str, ...]:
    """Return the presets, without empty ones and duplicates."""
    if not isinstance(value, list) or len(value) > _PRESETS_MAX:
        raise ValueError(f"must be a list of at most {_PRESETS_MAX} texts.")
    if not all(isinstance(text, str) for text in value):
        raise ValueError("must be a list of texts in quotes.")
    return tuple(dict.fromkeys(text for text in map(check_status, value) if text))


def one_of(kind: type[E]) -> Callable[[object], E]:
    """Return a check that accepts the members of an enum by their values."""
    *others, last = (f"“{member}”" for member in kind)

    def check(value: object) -> E:
        if not isinstance(value, str) or value not in list(kind):
            raise ValueError(f"must be {', '.join(others)} or {last}.")
        return kind(value)

    return check
