"""Read settings from TOML, and report the problems in them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from msgspec import Struct

from imtui.toml.key_path import KeyPath
from imtui.toml.table import Problems, TableReader, shortened
from imtui.tui.settings.schema import (
    AlertSettings,
    AwaySettings,
    Desktop,
    Order,
    Settings,
    SettingValue,
)
from imtui.tui.settings.values import (
    check_escape_ms,
    check_flag,
    check_minutes,
    check_presets,
    check_status,
    check_text,
    check_theme,
    one_of,
)

KeyParsers = Mapping[str, Callable[[str], str]]
"""The parsers for keys of commands, by command ID.

A parser returns the key as Textual names it, or raises ValueError with the reason why the command
cannot have it, such as "it copies".
"""

DefaultKeys = Mapping[str, tuple[str, ...]]
"""The keys that each command has without settings, as Textual names them, by command ID."""

NO_KEYS: Final[DefaultKeys] = {}


class ParsedSettings(Struct, frozen=True):
    """The contents of a settings file."""

    settings: Settings
    problems: tuple[str, ...] = ()
    """A line for each problem: ``settings.toml:7: alerts.bell must be true or false.``"""
    is_toml: bool = True
    """Whether the file is TOML; if not, all settings are the defaults."""


def parse_settings(
    text: str, file_name: str, key_parsers: KeyParsers, default_keys: DefaultKeys = NO_KEYS
) -> ParsedSettings:
    """Return the settings in a file's text; a missing or invalid setting has its default.

    Args:
        text: The text of the file.
        file_name: The name of the file, for the problems.
        key_parsers: The parser for keys of each command.
        default_keys: The keys that each command has without settings.
    """
    if not text:  # Most users have no file, and importing tomllib takes time.
        return ParsedSettings(Settings())
    from imtui.toml.parsing import NotTOMLError, parse_toml

    try:
        values = parse_toml(text, file_name)
    except NotTOMLError as error:
        return ParsedSettings(Settings(), (str(error),), is_toml=False)
    problems = Problems()
    settings = _read_settings(TableReader(values, (), problems), key_parsers)
    _report_taken_keys(settings.keys, default_keys, problems)
    return ParsedSettings(settings, problems.lines(text, file_name))


def check_value(path: KeyPath, value: SettingValue, key_parsers: KeyParsers) -> None:
    """Check the value of one setting.

    Raises:
        ValueError: There is no such setting, or it cannot have this value; the message says why.
    """
    values: Any = value if isinstance(value, (str, int)) else list(value)
    for key in reversed(path):
        values = {key: values}
    problems = Problems()
    _read_settings(TableReader(values, (), problems), key_parsers)
    if messages := problems.messages():
        raise ValueError(messages[0])


def _read_settings(table: TableReader, key_parsers: KeyParsers) -> Settings:
    default = Settings()
    keys = table.read_table("keys")
    settings = Settings(
        presets=table.read_value("presets", default.presets, check_presets),
        restore_status=table.read_value("restore_status", default.restore_status, check_flag),
        theme=table.read_value("theme", default.theme, check_theme),
        order=table.read_value("order", default.order, one_of(Order)),
        escape_ms=keys.read_value("escape_ms", default.escape_ms, check_escape_ms),
        keys=_read_keys(keys, key_parsers),
        alerts=_read_alerts(table.read_table("alerts"), default.alerts),
        away=_read_away(table.read_table("away"), default.away),
        event_pane=table.read_value("event_pane", default.event_pane, check_flag),
    )
    table.report_unknown()
    return settings


def _read_alerts(table: TableReader, default: AlertSettings) -> AlertSettings:
    alerts = AlertSettings(
        bell=table.read_value("bell", default.bell, check_flag),
        desktop=table.read_value("desktop", default.desktop, one_of(Desktop)),
        toasts=table.read_value("toasts", default.toasts, check_flag),
        show_text=table.read_value("show_text", default.show_text, check_flag),
    )
    table.report_unknown()
    return alerts


def _read_away(table: TableReader, default: AwaySettings) -> AwaySettings:
    away = AwaySettings(
        text=table.read_value("text", default.text, check_status),
        idle_minutes=table.read_value("idle_minutes", default.idle_minutes, check_minutes),
        on_blur=table.read_value("on_blur", default.on_blur, check_flag),
        on_detach=table.read_value("on_detach", default.on_detach, check_flag),
    )
    table.report_unknown()
    return away


def _read_keys(table: TableReader, key_parsers: KeyParsers) -> dict[str, tuple[str, ...]]:
    owners: dict[str, str] = {}
    chosen: dict[str, tuple[str, ...]] = {}
    no_keys: tuple[str, ...] = ()
    # In the file's order: if two commands name the same key, the first gets it.
    for command_id in (key for key in table.values if key in key_parsers):
        check = partial(_check_keys, owners, key_parsers[command_id])
        keys = table.read_value(command_id, no_keys, check)
        if keys:
            chosen[command_id] = keys
            owners.update(dict.fromkeys(keys, command_id))
    table.report_unknown(key_parsers, "names no command")
    return chosen


def _report_taken_keys(
    chosen: Mapping[str, tuple[str, ...]], default_keys: DefaultKeys, problems: Problems
) -> None:
    """Report keys that are another command's default, which it loses."""
    losers = {
        key: command_id
        for command_id, keys in default_keys.items()
        if command_id not in chosen
        for key in keys
    }
    for command_id, keys in chosen.items():
        for key in keys:
            if key in losers:
                words = (
                    f"keys.{command_id} takes “{key}” from {losers[key]}; give that another key."
                )
                problems.add_problem(("keys", command_id), partial(str, words))


def _check_keys(
    owners: Mapping[str, str], parse_key: Callable[[str], str], value: object
) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    for text in check_text(value).split(","):
        try:
            key = parse_key(text.strip())
        except ValueError as error:
            raise ValueError(f"cannot have “{shortened(text)}”: {error}.") from error
        if key in owners:
            raise ValueError(f"cannot have “{key}”: {owners[key]} has it.")
        keys[key] = None
    return tuple(keys)
