"""What a settings file says, and what is wrong with it."""

from collections.abc import Callable, Mapping
from functools import partial

from msgspec import Struct

from imtui.protocol.safe_text import safe_text
from imtui.tui.settings.schema import AlertSettings, AwaySettings, Desktop, Order, Settings
from imtui.tui.settings.table import Problems, Table, shown
from imtui.tui.settings.values import (
    check_flag,
    check_minutes,
    check_presets,
    check_status,
    check_text,
    check_theme,
    one_of,
)

KeyParsers = Mapping[str, Callable[[str], str]]
"""What reads a key that a person wrote, for each command ID.

It returns the key as Textual names it, or raises ValueError with the reason: "it copies".
"""


class Parsed(Struct, frozen=True):
    """What a file says."""

    settings: Settings
    problems: tuple[str, ...] = ()
    """What is wrong, a line for each: ``settings.toml:7: alerts.bell must be true or false.``"""
    is_toml: bool = True
    """Whether it could be read at all; if not, the settings are the defaults."""


def parse(text: str, name: str, key_parsers: KeyParsers) -> Parsed:
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
    settings = _settings(Table(values, (), problems), key_parsers)
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


def _settings(table: Table, key_parsers: KeyParsers) -> Settings:
    default = Settings()
    settings = Settings(
        presets=table.take("presets", default.presets, check_presets),
        restore_status=table.take("restore_status", default.restore_status, check_flag),
        theme=table.take("theme", default.theme, check_theme),
        order=table.take("order", default.order, one_of(Order)),
        keys=_keys(table.table("keys"), key_parsers),
        alerts=_alerts(table.table("alerts"), default.alerts),
        away=_away(table.table("away"), default.away),
    )
    table.tell_unknown()
    return settings


def _alerts(table: Table, default: AlertSettings) -> AlertSettings:
    alerts = AlertSettings(
        bell=table.take("bell", default.bell, check_flag),
        desktop=table.take("desktop", default.desktop, one_of(Desktop)),
    )
    table.tell_unknown()
    return alerts


def _away(table: Table, default: AwaySettings) -> AwaySettings:
    away = AwaySettings(
        text=table.take("text", default.text, check_status),
        idle_minutes=table.take("idle_minutes", default.idle_minutes, check_minutes),
        on_blur=table.take("on_blur", default.on_blur, check_flag),
        on_detach=table.take("on_detach", default.on_detach, check_flag),
    )
    table.tell_unknown()
    return away


def _keys(table: Table, key_parsers: KeyParsers) -> dict[str, tuple[str, ...]]:
    owners: dict[str, str] = {}
    chosen: dict[str, tuple[str, ...]] = {}
    none: tuple[str, ...] = ()
    # In the file's order: of two commands with the same key, the one above has it.
    for command_id in (key for key in table.values if key in key_parsers):
        keys = table.take(command_id, none, partial(_free_keys, owners, key_parsers[command_id]))
        if keys:
            chosen[command_id] = keys
            owners.update(dict.fromkeys(keys, command_id))
    table.tell_unknown(key_parsers, "names no command")
    return chosen


def _free_keys(
    owners: Mapping[str, str], parse_key: Callable[[str], str], value: object
) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    for text in check_text(value).split(","):
        try:
            key = parse_key(text.strip())
        except ValueError as error:
            raise ValueError(f"cannot have “{shown(text)}”: {error}.") from error
        if key in owners:
            raise ValueError(f"cannot have “{key}”: {owners[key]} has it.")
        keys[key] = None
    return tuple(keys)
