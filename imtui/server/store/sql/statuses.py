"""The statuses in SQL, which are kept where edges keep the connections over a restart."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from imtui.protocol.status import ChangedBy
from imtui.server.core.accounts.changes import AccountDeleted
from imtui.server.core.accounts.custom_status import CustomStatus
from imtui.server.core.change import Change
from imtui.server.core.presence.changes import StatusChanged
from imtui.server.core.stored import StoredStatus
from imtui.server.store.sql.statement import ACCOUNT, put

KeptStatus = tuple[str, int, int, CustomStatus, ChangedBy | None]
"""The user ID of a status, when the general status began, its revision, the custom status and the
device that changed it."""

FORGET: Final = "DELETE FROM statuses"
_COLUMNS: Final = ("since", "revision", "custom", "changed_by")
PUT: Final = put("statuses", ("account",), _COLUMNS).replace("?", ACCOUNT, 1)


def load_statuses(rows: Callable[[str], list[Any]]) -> list[StoredStatus]:
    """Return the last status of each account that had one."""
    decode = msgspec.json.decode
    return [
        StoredStatus(
            user_id,
            since,
            revision,
            decode(custom, type=CustomStatus),
            decode(changed_by, type=ChangedBy | None),
        )
        for user_id, since, revision, custom, changed_by in rows(
            "SELECT user_id, s.since, revision, custom, changed_by FROM statuses s"
            " JOIN accounts ON key = account WHERE deleted_at IS NULL"
        )
    ]


class StatusUpdates:
    """The statuses that a batch changes, each account's once."""

    def __init__(self) -> None:
        """Start without updates."""
        self._changed: dict[str, KeptStatus] = {}
        self._new: dict[str, KeptStatus] = {}
        """Those that are not noted elsewhere."""
        self._deleted: list[int] = []

    def __bool__(self) -> bool:
        """Tell whether there are updates."""
        return bool(self._changed or self._deleted)

    def add(self, change: Change) -> None:
        """Add the update of a change, in place of an earlier one of the same account."""
        match change:
            case StatusChanged():
                own = change.own
                kept = own.user_id, own.since, own.revision, change.custom, own.changed_by
                self._changed[own.user_id] = self._new[own.user_id] = kept
            case AccountDeleted():
                self._changed.pop(change.user_id, None)
                self._new.pop(change.user_id, None)
                self._deleted.append(change.key)

    @property
    def has_waiting(self) -> bool:
        """Tell whether somebody waits until they are kept anywhere."""
        return bool(self._new or self._deleted)

    @property
    def new(self) -> list[KeptStatus]:
        """Return those that are not noted elsewhere."""
        return list(self._new.values())

    def noted(self) -> None:
        """Take all for noted."""
        self._new = {}

    def statements(self) -> list[tuple[str, list[tuple[Any, ...]]]]:
        """Return the updates, each with the values of all rows."""
        return [
            ("DELETE FROM statuses WHERE account = ?", [(key,) for key in self._deleted]),
            (PUT, [row_of(kept) for kept in self._changed.values()]),
        ]


def row_of(kept: KeptStatus) -> tuple[Any, ...]:
    """Return the values of a row."""
    *values, custom, changed_by = kept
    encode = msgspec.json.encode
    return (*values, encode(custom).decode(), encode(changed_by).decode())
