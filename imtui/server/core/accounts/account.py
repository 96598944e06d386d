"""An account: its devices and its status."""

from enum import StrEnum

from msgspec import structs

from imtui.protocol.proof import SigID
from imtui.protocol.status import ChangedBy, UserStatus, UserStatusType
from imtui.server.core.accounts.custom_status import CLEARED, CustomStatus
from imtui.server.core.accounts.device import Device


class LeftAs(StrEnum):
    """How the last connected device of an account left."""

    LOST = "lost"
    LOGGED_OUT = "logged_out"
    """It logged out or was kicked; also if the account never logged in."""


class Account:
    """One user: their devices, sessions and status."""

    __slots__ = (
        "changed_by",
        "custom",
        "devices",
        "key",
        "left_as",
        "live",
        "registered_at",
        "sig_ids",
        "status",
        "subscriptions_cleared_at",
        "user_id",
    )

    def __init__(self, key: int, user_id: str, registered_at: int, revision: int) -> None:
        """Make an account that has never logged in."""
        self.key = key
        """A number that is never used again, even if the user ID is registered again."""
        self.user_id = user_id
        self.registered_at = registered_at
        self.devices: dict[str, Device] = {}
        self.live: dict[str, int] = {}
        """The session of each connected device, by instance ID."""
        self.sig_ids: dict[str, SigID] = {}
        """The UserSig with which each device last logged in, by instance ID."""
        self.left_as = LeftAs.LOGGED_OUT
        self.custom: CustomStatus = CLEARED
        self.status = UserStatus(
            user_id, UserStatusType.UNLOGINED, since=registered_at, revision=revision
        )
        self.changed_by: ChangedBy | None = None
        self.subscriptions_cleared_at: int | None = None

    @property
    def general_status(self) -> UserStatusType:
        """Return the general status: ONLINE with a connected device, else how the last one left."""
        if self.live:
            return UserStatusType.ONLINE
        is_lost = self.left_as is LeftAs.LOST
        return UserStatusType.OFFLINE if is_lost else UserStatusType.UNLOGINED

    @property
    def platforms(self) -> list[str]:
        """Return the platforms of the connected devices, sorted, each once."""
        return sorted({self.devices[instance_id].platform for instance_id in self.live})

    @property
    def connected_devices(self) -> list[Device]:
        """Return the connected devices, the earliest login first."""
        devices = [self.devices[instance_id] for instance_id in self.live]
        return sorted(devices, key=lambda device: device.login_order)

    @property
    def own_status(self) -> UserStatus:
        """Return the status as the account's own devices see it."""
        expires_at = self.custom.standing.expires_at
        return structs.replace(self.status, changed_by=self.changed_by, expires_at=expires_at)
