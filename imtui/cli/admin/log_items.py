"""The entries of the console's log, as a command prints them."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from imtui.protocol.rest.log_item import LogItem
from imtui.protocol.safe_text import safe_text
from imtui.protocol.wire_names import rest_name


class LogPage(Struct, frozen=True, rename=rest_name):
    """Entries of the log, the earliest first."""

    log_item: tuple[LogItem, ...] = ()


def as_json(item: LogItem) -> dict[str, Any]:
    """Return an entry for a program."""
    return {
        "time": item.time,
        "event": item.event,
        "userID": item.user_id,
        "what": item.text,
        "address": item.address,
        "code": item.code,
        "count": item.count,
    }


def as_line(item: LogItem) -> str:
    """Return an entry as a line for a person."""
    when = datetime.fromtimestamp(item.time / 1000).astimezone()
    parts = [f"{when:%Y-%m-%d %H:%M:%S}", item.event, item.user_id or "-", item.text]
    if item.address:
        parts.append(f"from {item.address}")
    if item.code:
        parts.append(f"code {item.code}")
    if item.count > 1:
        parts.append(f"({item.count} times)")
    return safe_text(" ".join(filter(None, parts)))
