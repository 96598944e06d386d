"""The values of the console's settings that are more than a choice or a number."""

import ipaddress
import math
import re
from collections.abc import Sequence
from typing import Final

from imtui.protocol.rest.callback import CallbackCommand

HEARTBEAT_TIMEOUT_MAX: Final = 86_400.0
"""In seconds."""
SECRET_SHOWN: Final = "(set)"
"""What is shown in place of a secret."""

_URL_MAX: Final = 2048
_TOKEN_MAX_BYTES: Final = 4096
_URL: Final = re.compile(
    r"https?://(?:(?P<name>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?)|\[(?P<v6>[0-9A-Fa-f:.]+)\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?:[/?][!-~]*)?"
)
_DIGITS_AND_DOTS: Final = re.compile(r"[0-9.]+")


def as_text(value: object) -> str:
    """Return the value of a setting as text, as it may be given."""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def check_webhook_url(value: object) -> str:
    """Return the address of a webhook: ``http://…`` or ``https://…``; empty for none.

    Raises:
        ValueError: It is none; the message says what one is. It is not quoted, because it may
            contain a password.
    """
    if isinstance(value, str) and (not value or _is_url(value)):
        return value
    raise ValueError("an address without a password, such as https://host/path, or empty for none")


def check_webhook_token(value: object) -> str:
    """Return the token that signs callbacks; empty for none.

    Raises:
        ValueError: It is none; the message says what one is. It is not quoted.
    """
    if isinstance(value, str) and value.isprintable() and value == value.strip():
        size = len(value.encode(errors="replace"))
        if size <= _TOKEN_MAX_BYTES and value != SECRET_SHOWN:
            return value
    raise ValueError(f"a line of at most {_TOKEN_MAX_BYTES} bytes, or empty for none")


def check_webhook_commands(value: object) -> tuple[CallbackCommand, ...]:
    """Return callbacks, sorted, given as a list or separated by commas.

    Raises:
        ValueError: There is an unknown one; the message says which there are.
    """
    known = f"there are: {', '.join(CallbackCommand)}"
    names: object = value
    if isinstance(value, str):
        names = [name.strip() for name in value.split(",")] if value.strip() else []
    if not isinstance(names, Sequence):
        raise ValueError(f"a list of callbacks; {known}")
    for name in names:
        if not isinstance(name, str) or name not in set(CallbackCommand):
            raise ValueError(f"a list of callbacks, and {str(name)[:60]!r} is none; {known}")
    return tuple(sorted(map(CallbackCommand, set(names))))


def check_heartbeat_timeout(value: object) -> float:
    """Return a number of seconds, or its text as one.

    Raises:
        ValueError: It is none; the message says what one is.
    """
    try:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            seconds = float(value)
            if math.isfinite(seconds) and 0 < seconds <= HEARTBEAT_TIMEOUT_MAX:
                return seconds
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"a number of seconds, more than 0 and at most {HEARTBEAT_TIMEOUT_MAX:.0f}")


def _is_url(text: str) -> bool:
    match = _URL.fullmatch(text)
    if match is None or len(text) > _URL_MAX or int(match["port"] or 80) > 65_535:
        return False
    host: str = match["name"] or match["v6"]
    if match["v6"] is None and not _DIGITS_AND_DOTS.fullmatch(host):
        return all(len(label) <= 63 for label in host.split("."))
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
