"""What the person chose, in TOML: every setting, its default, and what is wrong with a file."""

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

from msgspec import Struct, field

from imtui.protocol.errors import IMError
from imtui.protocol.identifiers import check_custom_status
from imtui.protocol.safe_text import safe_text
from imtui.tui.key_names import key_named
from imtui.tui.moves import MOVE_IDS
from imtui.tui.settings.table import Problems, Table, shown

PRESETS: Final = ("Listening to music", "On the call", "In a meeting", "Having lunch")
IDLE_MINUTES_MAX: Final = 24 * 60
_PRESETS_MAX: Final = 50
_THEME_MAX: Final = 60

E = TypeVar("E", bound=StrEnum)


class SettingsError(ValueError):
    """A setting cannot be kept; the message is one line that says what to do."""


class Order(StrEnum):
    """How the lists of people are ordered."""

    PRESENCE = "presence"
    NAME = "name"
    CHANGE = "change"
    MESSAGE = "message"


class Desktop(StrEnum):
    """How the desktop is told of an alert."""

    OFF = "off"
    OSC9 = "osc9"
    OSC777 = "osc777"
    NATIVE = "native"


class AlertSettings(Struct, frozen=True):
    """How somebody's change that one waits for is told."""

    bell: bool = True
    """Ring the terminal's bell."""
    desktop: Desktop = Desktop.OFF


class AwaySettings(Struct, frozen=True):
    """When the away text is set by itself."""

    text: str = ""
    """The text; empty for none by itself."""
    idle_minutes: int = 0
    """After so many minutes without a key; 0 for never."""
    on_blur: bool = False
    """When the terminal loses the focus."""
    on_detach: bool = False
    """When tmux is detached."""


class Settings(Struct, frozen=True):
    """The settings, each with its default."""

    presets: tuple[str, ...] = PRESETS
    """Texts that the status box and the palette offer."""
    restore_status: bool = True
    """Put one's own text back after a reconnect, if it was cleared by going OFFLINE."""
    theme: str = ""
    """The name of a theme; empty for the default."""
    order: Order = Order.PRESENCE
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys as Textual names them by command ID, instead of the command's own."""
    alerts: AlertSettings = AlertSettings()
    away: AwaySettings = AwaySettings()


class Parsed(Struct, frozen=True):
    """What a file says."""

    settings: Settings
    problems: tuple[str, ...] = ()
    """What is wrong, a line for each: ``settings.toml:7: alerts.bell must be true or false.``"""
    is_toml: bool = True
    """Whether it could be read at all; if not, the settings are the defaults."""


def parse(text: str, name: str, command_ids: Collection[str]) -> Parsed:
    """Return what a file named ``name`` says; what is wrong is told, and its default holds."""
    if not text:  # Most have no file, and TOML takes time to import.
        return Parsed(Settings())
    import tomllib

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _not_toml(_syntax_problem(text, name, str(error)))
    except (ValueError, RecursionError):
        return _not_toml(f"{name}: A number in it is too long, or it is nested too deeply.")
    problems = Problems()
    settings = _settings(Table(values, (), problems), command_ids)
    return Parsed(settings, problems.lines(text, name))


def _not_toml(problem: str) -> Parsed:
    return Parsed(Settings(), (safe_text(problem),), is_toml=False)


def _syntax_problem(text: str, name: str, error: str) -> str:
    # The place is only in the message: “Invalid value (at line 1, column 9)”.
    words, _, place = error.removesuffix(")").rpartition(" (at ")
    if place.startswith("line "):
        line, _, place = place.removeprefix("line ").partition(", ")
    else:
        line, place = str(text.rstrip().count("\n") + 1), "the end"
    return f"{name}:{line}: {words} at {place}."


def _settings(table: Table, command_ids: Collection[str]) -> Settings:
    default = Settings()
    settings = Settings(
        presets=table.take("presets", default.presets, _presets),
        restore_status=table.take("restore_status", default.restore_status, _flag),
        theme=table.take("theme", default.theme, _theme),
        order=table.take("order", default.order, _one_of(Order)),
        keys=_keys(table.table("keys"), command_ids),
        alerts=_alerts(table.table("alerts"), default.alerts),
        away=_away(table.table("away"), default.away),
    )
    table.tell_unknown()
    return settings


def _alerts(table: Table, default: AlertSettings) -> AlertSettings:
    alerts = AlertSettings(
        bell=table.take("bell", default.bell, _flag),
        desktop=table.take("desktop", default.desktop, _one_of(Desktop)),
    )
    table.tell_unknown()
    return alerts


def _away(table: Table, default: AwaySettings) -> AwaySettings:
    away = AwaySettings(
        text=table.take("text", default.text, _status),
        idle_minutes=table.take("idle_minutes", default.idle_minutes, _minutes),
        on_blur=table.take("on_blur", default.on_blur, _flag),
        on_detach=table.take("on_detach", default.on_detach, _flag),
    )
    table.tell_unknown()
    return away


def _keys(table: Table, command_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    owners: dict[str, str] = {}
    chosen: dict[str, tuple[str, ...]] = {}
    none: tuple[str, ...] = ()
    # In the file's order: of two commands with the same key, the one above has it.
    for command_id in (key for key in table.values if key in command_ids):
        keys = table.take(command_id, none, partial(_free_keys, owners, command_id in MOVE_IDS))
        if keys:
            chosen[command_id] = keys
            owners.update(dict.fromkeys(keys, command_id))
    table.tell_unknown(command_ids, "names no command")
    return chosen


def _free_keys(owners: Mapping[str, str], moves: bool, value: object) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    for text in _text(value).split(","):
        try:
            key = key_named(text.strip(), moves=moves)
        except ValueError as error:
            raise ValueError(f"cannot have “{shown(text)}”: {error}.") from error
        if key in owners:
            raise ValueError(f"cannot have “{key}”: {owners[key]} has it.")
        keys[key] = None
    return tuple(keys)


# What a value must be: each returns it, or raises ValueError with the words after its name.


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false.")
    return value


def _minutes(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= IDLE_MINUTES_MAX:
        raise ValueError(f"must be a whole number of minutes from 0 to {IDLE_MINUTES_MAX}.")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text in quotes.")
    return value


def _theme(value: object) -> str:
    name = _text(value)
    if not name.isprintable() or len(name) > _THEME_MAX:
        raise ValueError("must be the name of a theme.")
    return name


def _status(value: object) -> str:
    try:
        return check_custom_status(_text(value))
    except IMError as error:
        words = error.message.partition(": ")[2]
        raise ValueError(f"must be what a status can be: {words}") from error


def _presets(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _PRESETS_MAX:
        raise ValueError(f"must be a list of at most {_PRESETS_MAX} texts.")
    if not all(isinstance(text, str) for text in value):
        raise ValueError("must be a list of texts in quotes.")
    return tuple(dict.fromkeys(text for text in map(_status, value) if text))


def _one_of(kind: type[E]) -> Callable[[object], E]:
    *others, last = (f"“{member}”" for member in kind)

    def check(value: object) -> E:
        if not isinstance(value, str) or value not in list(kind):
            raise ValueError(f"must be {', '.join(others)} or {last}.")
        return kind(value)

    return check
