"""The log of the latest changes, for the console."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice, takewhile
from typing import Any, Final

from imtui.protocol.rest.log_item import LogItem
from imtui.server.audit import KEPT as AUDIT_KEPT
from imtui.server.audit import AuditEntry
from imtui.server.core.accounts import changes as a
from imtui.server.core.accounts.device import DeviceState
from imtui.server.core.admins.changes import AdminAdded, AdminRemoved
from imtui.server.core.change import Change
from imtui.server.core.console import ConsoleChanged
from imtui.server.core.friends import changes as f
from imtui.server.core.keys.changes import KeyRotated, KeysEnded
from imtui.server.core.presence.changes import StatusChanged

KEPT: Final = 1000
"""How many entries are kept."""
_TOLD_AGAIN: Final = 600_000
"""What an edge noted without a core, and tells the next one, is at most so old, in milliseconds."""
_NAMED: Final = 5
"""How many users an entry names; the others are counted."""

_EVENTS: Final = {
    DeviceState.LIVE: "online",
    DeviceState.LOST: "offline",
    DeviceState.LOGGED_OUT: "unlogined",
    DeviceState.KICKED: "kicked",
}


_Entry = tuple[str, str, str]
"""The user ID, the event and the text of an entry."""


class ChangeLog:
    """Keeps the newest changes, and apart from them the newest entries of the audit log."""

    def __init__(self, now: Callable[[], int]) -> None:
        """Start without entries; ``now`` returns Unix milliseconds."""
        self._now = now
        self._items: deque[LogItem] = deque(maxlen=KEPT)
        self._audit: deque[LogItem] = deque(maxlen=AUDIT_KEPT)
        self._from_files: frozenset[AuditEntry] = frozenset()
        """What was read at the start and may come from an edge, too."""
        self._last_index = 0

    @property
    def last_index(self) -> int:
        """Return the index of the newest entry; 0 if there is none."""
        return self._last_index

    def page(
        self, count: int, matches: Callable[[LogItem], bool], *, after: int = 0, before: int = 0
    ) -> list[LogItem]:
        """Return the newest entries that match, the earliest first.

        Args:
            count: How many at most.
            matches: Tells whether an entry is wanted.
            after: Only entries with larger indexes.
            before: Only entries with smaller indexes; 0 for no limit.
        """
        both = (reversed(self._items), reversed(self._audit))
        newest = takewhile(lambda item: item.index > after, merge(*both, key=_negative_index))
        wanted = (item for item in newest if (not before or item.index < before) and matches(item))
        return list(islice(wanted, count))[::-1]

    def show_audit(self, entries: Sequence[AuditEntry]) -> None:
        """Add entries of the audit log from before the start."""
        for entry in entries:
            self.add_audit(entry)
        since = self._now() - _TOLD_AGAIN
        self._from_files = frozenset(entry for entry in entries if entry.time >= since)

    def add_audit(self, entry: AuditEntry) -> None:
        """Add an entry of the audit log, unless it was shown at the start."""
        if entry in self._from_files:
            return
        self._last_index += 1
        self._audit.append(
            LogItem(
                self._last_index,
                entry.time,
                entry.identifier,
                entry.kind,
                entry.what,
                entry.address,
                entry.code,
                entry.count,
            )
        )

    def observe(self, changes: Iterable[Change], client_ip: str = "") -> None:
        """Add entries for some changes."""
        for change in changes:
            entries = _ENTRIES.get(type(change))
            if entries is not None:
                for entry in entries(change):
                    self._last_index += 1
                    self._items.append(LogItem(self._last_index, self._now(), *entry))


def _registered(change: a.AccountRegistered) -> Iterator[_Entry]:
    yield change.user_id, "registered", ""


def _deleted(change: a.AccountDeleted) -> Iterator[_Entry]:
    yield change.user_id, "deleted", ""


def _device(change: a.DeviceChanged) -> Iterator[_Entry]:
    device = change.device
    named = f"on {device.device_name or 'a device'} ({device.platform})"
    yield device.user_id, _EVENTS[device.state], named


def _status(change: StatusChanged) -> Iterator[_Entry]:
    if change.text_changed:
        yield change.status.user_id, "status", change.status.custom_status


def _friends_added(change: f.FriendsAdded) -> Iterator[_Entry]:
    yield change.user_id, "friend", f"added {_names(change.friend_ids)}"


def _friends_deleted(change: f.FriendsDeleted) -> Iterator[_Entry]:
    yield change.user_id, "friend", f"deleted {_names(change.friend_ids)}"


def _console_changed(change: ConsoleChanged) -> Iterator[_Entry]:
    for name, value in change.changed.items():
        yield "", "console", f"{name}={value}"


def _admin_added(change: AdminAdded) -> Iterator[_Entry]:
    yield change.admin.user_id, "console", f"is an admin with the role {change.admin.role}"


def _admin_removed(change: AdminRemoved) -> Iterator[_Entry]:
    yield change.user_id, "console", "is no admin any more"


def _key_rotated(change: KeyRotated) -> Iterator[_Entry]:
    yield "", "console", f"key {change.key_ring.keys[0].key_id} was made"
    yield from _keys_ended(change)


def _keys_ended(change: KeyRotated | KeysEnded) -> Iterator[_Entry]:
    for key_id in change.ended:
        yield "", "console", f"key {key_id} ended"


def _names(user_ids: Sequence[str]) -> str:
    named = ", ".join(user_ids[:_NAMED])
    more = len(user_ids) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


def _negative_index(item: LogItem) -> int:
    return -item.index


_ENTRIES: Final[Mapping[type[Change], Callable[[Any], Iterator[_Entry]]]] = {
    a.AccountRegistered: _registered,
    a.AccountDeleted: _deleted,
    a.DeviceChanged: _device,
    StatusChanged: _status,
    f.FriendsAdded: _friends_added,
    f.FriendsDeleted: _friends_deleted,
    ConsoleChanged: _console_changed,
    AdminAdded: _admin_added,
    AdminRemoved: _admin_removed,
    KeyRotated: _key_rotated,
    KeysEnded: _keys_ended,
}
