"""An account: its devices, their sessions and its status."""

from msgspec import Struct, structs

from imtui.protocol.status import ChangedBy, UserStatus, UserStatusType
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.presence.custom_status import CLEARED, CustomStatus


class Session(Struct):
    """One connection that is logged in."""

    session_id: int
    user_id: str
    named: ChangedBy
    """How it is named as the one that made a change."""
    passive: bool
    """It is no device: it makes nobody ONLINE."""
    last_received: float
    """When anything was last received from it, in monotonic seconds."""
    user_sig: int = 0
    """A number that stands for the UserSig with which it logged in."""


class Account:
    """What the backend knows of one user."""

    __slots__ = (
        "changed_by",
        "custom",
        "devices",
        "live",
        "registered_at",
        "status",
        "subscriptions_cleared_at",
        "user_id",
    )

    def __init__(self, user_id: str, registered_at: int, revision: int) -> None:
        """Make an account that has never logged in."""
        self.user_id = user_id
        self.registered_at = registered_at
        self.devices: dict[str, Device] = {}
        self.live: dict[str, int] = {}
        """The session of each connected device, by instance ID."""
        self.custom: CustomStatus = CLEARED
        self.status = UserStatus(
            user_id, UserStatusType.UNLOGINED, since=registered_at, revision=revision
        )
        self.changed_by: ChangedBy | None = None
        self.subscriptions_cleared_at: int | None = None

    @property
    def general_status(self) -> UserStatusType:
        """Return the general status that the devices make."""
        if self.live:
            return UserStatusType.ONLINE
        if any(device.state is DeviceState.LOST for device in self.devices.values()):
            return UserStatusType.OFFLINE
        return UserStatusType.UNLOGINED

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
