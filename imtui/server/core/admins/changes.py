"""Changes of the admins."""

from imtui.server.core.admins.admin import Admin
from imtui.server.core.change import Change


class AdminAdded(Change, frozen=True, gc=False):
    """An admin was added, or has another role."""

    admin: Admin
    user_ids: frozenset[str]
    """All admins after the change."""


class AdminRemoved(Change, frozen=True, gc=False):
    """An admin was removed, and their UserSigs that were made until now were revoked."""

    user_id: str
    second: int
    """The Unix second of the revocation."""
    user_ids: frozenset[str]
    """All admins after the change."""
