"""A device of an account, identified by its instance ID."""

from enum import StrEnum

from msgspec import Struct

from imtui.protocol.status import ChangedBy, Platform


class DeviceState(StrEnum):
    """The state of a device's last login."""

    LIVE = "live"
    LOST = "lost"
    LOGGED_OUT = "logged_out"
    KICKED = "kicked"


class Device(Struct, frozen=True):
    """One device; durable."""

    user_id: str
    instance_id: str
    platform: Platform
    device_name: str
    state: DeviceState
    login_order: int
    """Grows with each new login in the app; a resumed or taken-over login keeps its order."""
    login_time: int
    """When it logged in, in Unix milliseconds."""
    changed_at: int
    """When ``state`` last changed, in Unix milliseconds."""

    @property
    def as_changed_by(self) -> ChangedBy:
        """Return the device as the one that made a change."""
        return ChangedBy(self.instance_id, self.device_name, self.platform)
