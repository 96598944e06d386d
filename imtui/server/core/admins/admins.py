"""The admins of the app."""

from collections.abc import Iterator

from imtui.protocol.identifiers import ADMINISTRATOR
from imtui.protocol.rest.role import Role
from imtui.server.core.admins.admin import Admin


class Admins:
    """The admins of the app, by user ID; ``administrator`` is always one."""

    def __init__(self) -> None:
        """Start with the first admin."""
        self._admins = {ADMINISTRATOR: Admin(ADMINISTRATOR, Role.FULL)}

    def __iter__(self) -> Iterator[Admin]:
        """Iterate over the admins, the first one first and the others by user ID."""
        return iter(sorted(self._admins.values(), key=lambda one: (one.since > 0, one.user_id)))

    def __len__(self) -> int:
        """Return the number of admins."""
        return len(self._admins)

    def get(self, user_id: str) -> Admin | None:
        """Return an admin, or None if there is no such admin."""
        return self._admins.get(user_id)

    def put(self, admin: Admin) -> None:
        """Add an admin, or replace the one with the same user ID."""
        self._admins[admin.user_id] = admin

    def remove(self, user_id: str) -> None:
        """Remove an admin."""
        del self._admins[user_id]

    @property
    def user_ids(self) -> frozenset[str]:
        """Return the user IDs of all admins."""
        return frozenset(self._admins)

    def may_be_account(self, user_id: str) -> bool:
        """Tell whether an account may have this user ID: only the first admin is one as well."""
        return user_id == ADMINISTRATOR or user_id not in self._admins
