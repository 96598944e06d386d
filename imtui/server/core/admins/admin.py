"""An admin of the app and what their role allows."""

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """What an admin may do; each role includes the ones below it."""

    FULL = "full"
    """Everything."""
    SUPPORT = "support"
    """Importing and kicking accounts, and friends."""
    READ = "read"
    """Queries and statistics."""

    def includes(self, needed: "Role") -> bool:
        """Tell whether this role may do what ``needed`` may."""
        roles = list(Role)
        return roles.index(self) <= roles.index(needed)


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
