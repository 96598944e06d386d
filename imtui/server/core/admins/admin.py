"""An admin of the app."""

from msgspec import Struct

from imtui.protocol.rest.role import Role


class Admin(Struct, frozen=True):
    """An admin of the app."""

    user_id: str
    role: Role
    since: int = 0
    """When they were added, in Unix milliseconds; 0 for the first admin."""


class StoredAdmin(Struct, frozen=True):
    """A stored admin, or one that was removed."""

    user_id: str
    role: Role | None
    """None if they were removed."""
    since: int
    sigs_revoked_at: int = 0
    """The Unix second of the last removal, which revoked their UserSigs; 0 for none."""
