"""The roles of admins."""

from enum import StrEnum


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
