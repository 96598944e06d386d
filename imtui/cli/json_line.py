"""The only way in which a command prints JSON."""

from typing import Final

_DELETE: Final = "\x7f"


def json_line(value: object) -> str:
    """Return a value as one line of JSON in printable ASCII, which no terminal can misread.

    Args:
        value: What JSON can say, or structs and bytes as they are on the wire.
    """
    import json

    from msgspec import to_builtins

    text = json.dumps(to_builtins(value), ensure_ascii=True)
    return text.replace(_DELETE, "\\u007f")
