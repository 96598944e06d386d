"""List the settings that are in force, as they would stand in the file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from imtui.toml.key_path import KeyPath, dotted_name
from imtui.tui.settings.schema import Settings


class ListedValue(Struct, frozen=True):
    """One setting."""

    name: str
    """Its full name, such as ``alerts.bell``."""
    value: str
    """Its value as TOML."""
    is_default: bool


_PATHS: Final[Mapping[str, KeyPath]] = {"escape_ms": ("keys", "escape_ms")}
"""Where settings stand in the file, if not where they stand in the schema."""


def listed_values(settings: Settings) -> list[ListedValue]:
    """Return every setting with its value, in the order of the schema."""
    return list(_listed((), settings, Settings()))


def _listed(path: KeyPath, settings: Struct, default: Struct) -> Iterator[ListedValue]:
    for name in settings.__struct_fields__:
        value, usual = getattr(settings, name), getattr(default, name)
        if isinstance(value, Struct):
            yield from _listed((*path, name), value, usual)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                written = _as_toml(item if isinstance(item, str) else ",".join(item))
                yield ListedValue(dotted_name((*path, name, key)), written, False)
        else:
            written_as = _PATHS.get(name, (*path, name))
            yield ListedValue(dotted_name(written_as), _as_toml(value), value == usual)


def _as_toml(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_as_toml, value))}]"
    # JSON writes strings, numbers and booleans as TOML does.
    return json.dumps(value, ensure_ascii=False)
