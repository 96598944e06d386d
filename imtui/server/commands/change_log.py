"""The log of what changed lately, for the console."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import msgspec
from msgspec import Struct

from imtui.protocol.wire_names import rest_name
from imtui.server.core import changes as c
from imtui.server.core.accounts.device import DeviceState
from imtui.server.core.console import Console

KEPT: Final = 1000
"""So many entries are kept."""
_NAMED: Final = 5
"""So many users are named in an entry; the others are counted."""

_EVENTS: Final = {
    DeviceState.LIVE: "online",
    DeviceState.LOST: "offline",
    DeviceState.LOGGED_OUT: "unlogined",
    DeviceState.KICKED: "kicked",
}


class LogItem(Struct, frozen=True, rename=rest_name):
    """Something that changed."""

    index: int
    """Counted from 1 since the start of the backend."""
    time: int
    """When, in Unix milliseconds."""
    user_id: str
    """Whom it concerns; empty for the whole app."""
    event: str
    """``registered``, ``deleted``, ``online``, ``offline``, ``unlogined``, ``kicked``, ``status``,
    ``friend`` or ``console``."""
    text: str


_Entry = tuple[str, str, str]
"""User, event and text."""


class ChangeLog:
    """Keeps the newest entries of what the core says has changed."""

    def __init__(self, console: Console, now: Callable[[], int]) -> None:
        """Start with no entries; ``now`` returns Unix milliseconds."""
        self._console = console
        self._now = now
        self._items: deque[LogItem] = deque(maxlen=KEPT)
        self._last_index = 0
        self._texts: dict[str, str] = {}
        """The custom status of those who have one, to see when it changes."""

    @property
    def last_index(self) -> int:
        """Return the index of the newest entry; 0 if there is none."""
        return self._last_index

    def after(self, index: int, count: int) -> list[LogItem]:
        """Return the newest ``count`` entries after one, the earliest first."""
        newer = [item for item in islice(reversed(self._items), count) if item.index > index]
        return newer[::-1]

    def observe(self, changes: Iterable[c.Change]) -> None:
        """Take what changed."""
        for change in changes:
            entries = _ENTRIES.get(type(change))
            if entries is not None:
                for entry in entries(self, change):
                    self._last_index += 1
                    self._items.append(LogItem(self._last_index, self._now(), *entry))

    def _registered(self, change: c.AccountRegistered) -> Iterator[_Entry]:
        yield change.user_id, "registered", ""

    def _deleted(self, change: c.AccountDeleted) -> Iterator[_Entry]:
        self._texts.pop(change.user_id, None)
        yield change.user_id, "deleted", ""

    def _device(self, change: c.DeviceChanged) -> Iterator[_Entry]:
        device = change.device
        named = f"on {device.device_name or 'a device'} ({device.platform})"
        yield device.user_id, _EVENTS[device.state], named

    def _status(self, change: c.StatusChanged) -> Iterator[_Entry]:
        user_id, text = change.status.user_id, change.status.custom_status
        if text == self._texts.get(user_id, ""):
            return
        if text:
            self._texts[user_id] = text
        else:
            del self._texts[user_id]
        yield user_id, "status", text

    def _friends_added(self, change: c.FriendsAdded) -> Iterator[_Entry]:
        yield change.user_id, "friend", f"added {_names(change.friend_ids)}"

    def _friends_deleted(self, change: c.FriendsDeleted) -> Iterator[_Entry]:
        yield change.user_id, "friend", f"deleted {_names(change.friend_ids)}"

    def _console_changed(self, change: c.ConsoleChanged) -> Iterator[_Entry]:
        before = msgspec.structs.asdict(self._console)
        self._console = change.console
        for name, value in msgspec.structs.asdict(change.console).items():
            if value != before[name]:
                yield "", "console", f"{name}={value}"


def _names(user_ids: Sequence[str]) -> str:
    named = ", ".join(user_ids[:_NAMED])
    more = len(user_ids) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


_ENTRIES: Final[dict[type, Callable[[ChangeLog, Any], Iterator[_Entry]]]] = {
    c.AccountRegistered: ChangeLog._registered,
    c.AccountDeleted: ChangeLog._deleted,
    c.DeviceChanged: ChangeLog._device,
    c.StatusChanged: ChangeLog._status,
    c.FriendsAdded: ChangeLog._friends_added,
    c.FriendsDeleted: ChangeLog._friends_deleted,
    c.ConsoleChanged: ChangeLog._console_changed,
}
