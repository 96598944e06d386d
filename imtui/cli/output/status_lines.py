"""Formatting a status as a text line or JSON."""

from datetime import datetime
from typing import TYPE_CHECKING

from imtui.cli.json_line import json_line
from imtui.protocol.safe_text import safe_text

if TYPE_CHECKING:
    from imtui.sdk import UserStatus


def status_line(status: "UserStatus", *, as_json: bool) -> str:
    """Return a status as one line without a newline."""
    return _json_line(status) if as_json else _text_line(status)


def _text_line(status: "UserStatus") -> str:
    parts = [status.user_id, status.status_type.name]
    if status.custom_status:
        parts.append(status.custom_status)
    if status.expires_at is not None:
        parts.append(f"(until {format_time(status.expires_at, datetime.now())})")
    return safe_text("  ".join(parts))


def format_time(unix_ms: int, now: datetime) -> str:
    """Return a time of today as ``17:00``, and any other with its date.

    Args:
        unix_ms: The time in Unix milliseconds.
        now: The present in local time.
    """
    try:
        then = datetime.fromtimestamp(unix_ms / 1000)
    except (ValueError, OverflowError, OSError):
        # Years past 9999 are valid on the wire.
        return "a far day"
    if then.date() == now.date():
        return f"{then:%H:%M}"
    return f"{then:%d %b %H:%M}" if then.year == now.year else f"{then:%d %b %Y %H:%M}"


def _json_line(status: "UserStatus") -> str:
    fields = {
        "userID": status.user_id,
        "statusType": int(status.status_type),
        "status": status.status_type.name,
        "customStatus": status.custom_status,
        "onlineDevices": status.online_devices,
        "since": status.since,
    }
    if status.expires_at is not None:
        fields["expiresAt"] = status.expires_at
    return json_line(fields)
