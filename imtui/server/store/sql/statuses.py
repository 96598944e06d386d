"""The statuses in SQL, which are kept where edges keep the connections over a restart."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from imtui.protocol.status import ChangedBy
from imtui.server.core.accounts.changes import AccountDeleted
from imtui.server.core.accounts.custom_status import CustomStatus
from imtui.server.core.change import Change
from imtui.server.core.presence.changes import StatusChanged
from imtui.server.core.stored import StoredStatus
from imtui.server.store.sql.statement import ACCOUNT, Statement, put

FORGET: Final = "DELETE FROM statuses"
_COLUMNS: Final = ("since", "revision", "custom", "changed_by")
_PUT: Final = put("statuses", ("account",), _COLUMNS).replace("?", ACCOUNT, 1)


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


def _changed(change: StatusChanged) -> list[Statement]:
    status, encode = change.own, msgspec.json.encode
    custom, changed_by = encode(change.custom).decode(), encode(status.changed_by).decode()
    return [(_PUT, (status.user_id, status.since, status.revision, custom, changed_by))]


def _deleted(change: AccountDeleted) -> list[Statement]:
    return [("DELETE FROM statuses WHERE account = ?", (change.key,))]


STATEMENTS: Final[Mapping[type[Change], Callable[[Any], list[Statement]]]] = {
    StatusChanged: _changed,
    AccountDeleted: _deleted,
}
"""Functions that return the statements for each change, in addition to those of others."""
