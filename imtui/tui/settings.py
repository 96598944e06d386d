"""What the person chose, in TOML."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from imtui.protocol.errors import IMError
from imtui.protocol.identifiers import check_custom_status
from imtui.protocol.safe_text import safe_text

PRESETS: Final = ("Listening to music", "On the call", "In a meeting", "Having lunch")
_PRESETS_MAX: Final = 50


@dataclass(frozen=True)
class Settings:
    """The settings, each with its default."""

    presets: tuple[str, ...] = PRESETS
    """Texts that the status box and the palette offer."""
    restore_status: bool = True
    """Put one's own text back after a reconnect, if it was cleared by going OFFLINE."""
    theme: str = ""
    """The name of a theme; empty for the default."""


class SettingsError(ValueError):
    """The settings cannot be used; the message is one line that says where and why."""


def load_settings(path: Path) -> Settings:
    """Read the settings; without a file they are the defaults.

    Raises:
        SettingsError: The file cannot be read, is not TOML, or a value is wrong.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(safe_text(f"{path}: {error}.")) from error
    try:
        return _parse(values)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def _parse(values: Mapping[str, Any]) -> Settings:
    default = Settings()
    return Settings(
        presets=_presets(values.get("presets", default.presets)),
        restore_status=_bool(values, "restore_status", default.restore_status),
        theme=_text(values, "theme", default.theme),
    )


def _bool(values: Mapping[str, Any], key: str, default: bool) -> bool:
    value = values.get(key, default)
    if not isinstance(value, bool):
        raise SettingsError(f"{key} must be true or false.")
    return value


def _text(values: Mapping[str, Any], key: str, default: str) -> str:
    value = values.get(key, default)
    if not isinstance(value, str):
        raise SettingsError(f"{key} must be text.")
    return value


def _presets(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or len(value) > _PRESETS_MAX:
        raise SettingsError(f"presets must be a list of at most {_PRESETS_MAX} texts.")
    texts: list[str] = []
    for text in value:
        if not isinstance(text, str):
            raise SettingsError("presets must be a list of texts.")
        try:
            texts.append(check_custom_status(text))
        except IMError as error:
            raise SettingsError(f"presets: {safe_text(error.message)}") from error
    return tuple(dict.fromkeys(text for text in texts if text))
