"""The full path of a key in a TOML document."""

import re

KeyPath = tuple[str, ...]
"""The names of the tables that a key is in, then its own."""


def dotted_name(path: KeyPath) -> str:
    """Return a path as TOML writes it, such as ``alerts.bell``."""
    return ".".join(
        part if re.fullmatch("[A-Za-z0-9_-]+", part) else _quoted(part) for part in path
    )


def _quoted(part: str) -> str:
    import json

    return json.dumps(part, ensure_ascii=False).replace("\x7f", "\\u007f")
