"""The admins of the app in SQL."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from imtui.protocol.rest.role import Role
from imtui.server.core.admins.admin import StoredAdmin
from imtui.server.core.admins.changes import AdminAdded, AdminRemoved
from imtui.server.core.change import Change
from imtui.server.store.sql.statement import Statement, put

_PUT: Final = put("admins", ("user_id",), ("role", "since"))
_REMOVE: Final = "UPDATE admins SET role = NULL WHERE user_id = ?"
_REVOKE: Final = "UPDATE admins SET sigs_revoked_at = ? WHERE user_id = ? AND sigs_revoked_at < ?"


def load_admins(rows: Callable[[str], list[Any]]) -> list[StoredAdmin]:
    """Return all admins but the first one, also those that were removed."""
    return [
        StoredAdmin(user_id, None if role is None else Role(role), since, revoked_at)
        for user_id, role, since, revoked_at in rows(
            "SELECT user_id, role, since, sigs_revoked_at FROM admins"
        )
    ]


def _added(change: AdminAdded) -> list[Statement]:
    admin = change.admin
    return [(_PUT, (admin.user_id, admin.role, admin.since))]


def _removed(change: AdminRemoved) -> list[Statement]:
    # The row stays: UserSigs that were made before have to stay revoked.
    revoked = (change.second, change.user_id, change.second)
    return [(_REMOVE, (change.user_id,)), (_REVOKE, revoked)]


STATEMENTS: Final[Mapping[type[Change], Callable[[Any], list[Statement]]]] = {
    AdminAdded: _added,
    AdminRemoved: _removed,
}
"""Functions that return the statements for each change."""
