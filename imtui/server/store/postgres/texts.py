"""Texts in PostgreSQL, which cannot store U+0000: another character stands for it."""

from typing import Final

_ESCAPE: Final = "\U0010ffff".encode()
"""No character, and no text should have it."""
_NUL: Final = b"\0"
_ESCAPED_NUL: Final = _ESCAPE + b"0"
_ESCAPED_ESCAPE: Final = _ESCAPE + b"1"


def encode_text(text: str) -> bytes:
    """Return what is stored of a text."""
    data = text.encode()
    if _ESCAPE in data:
        data = data.replace(_ESCAPE, _ESCAPED_ESCAPE)
    if _NUL in data:
        data = data.replace(_NUL, _ESCAPED_NUL)
    return data


def decode_text(data: bytes) -> str:
    """Return the text of which this was stored."""
    if _ESCAPE in data:
        data = data.replace(_ESCAPED_NUL, _NUL).replace(_ESCAPED_ESCAPE, _ESCAPE)
    return data.decode()
