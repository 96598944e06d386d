"""The entries of the console's log, as a command prints them."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from imtui.protocol.safe_text import safe_text
from imtui.protocol.wire_names import rest_name


class LogItem(Struct, frozen=True, rename=rest_name):
    """A change, or an entry of the audit log."""

    index: int
    time: int = 0
    user_id: str = ""
    event: str = ""
    text: str = ""
    address: str = ""
    code: int = 0
    count: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return the entry for a program."""
        return {
            "time": self.time,
            "event": self.event,
            "userID": self.user_id,
            "what": self.text,
            "address": self.address,
            "code": self.code,
            "count": self.count,
        }

    def as_line(self) -> str:
        """Return the entry as a line for a person."""
        when = datetime.fromtimestamp(self.time / 1000).astimezone()
        parts = [f"{when:%Y-%m-%d %H:%M:%S}", self.event, self.user_id or "-", self.text]
        if self.address:
            parts.append(f"from {self.address}")
        if self.code:
            parts.append(f"code {self.code}")
        if self.count > 1:
            parts.append(f"({self.count} times)")
        return safe_text(" ".join(filter(None, parts)))


class LogPage(Struct, frozen=True, rename=rest_name):
    """Entries of the log, the earliest first."""

    log_item: tuple[LogItem, ...] = ()
