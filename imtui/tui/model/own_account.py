"""The own account: status, devices, and the texts that they set."""

from collections.abc import Iterable

from imtui.protocol.messages import SelfDevice
from imtui.protocol.safe_text import safe_text
from imtui.protocol.status import ChangedBy, UserStatus, UserStatusType
from imtui.tui.model.events import Event, EventKind
from imtui.tui.model.own_text import OwnTexts
from imtui.tui.model.person import Person, change_event, snapshot, update_status


class OwnAccount:
    """The account that is logged in; its methods return the events of each change."""

    def __init__(self) -> None:
        """Start without an account."""
        self.person = Person("")
        self.instance_id = ""
        """The instance ID of this device."""
        self.status: UserStatus | None = None
        self.texts = OwnTexts()
        self.is_logged_out = False
        """Whether this device has logged out, but others may keep the account ONLINE."""
        self._devices: dict[str, SelfDevice] | None = None

    def log_in_as(self, user_id: str, instance_id: str) -> None:
        """Set the account and the instance ID of this device."""
        self.person = Person(safe_text(user_id))
        self.instance_id = instance_id
        self.texts = OwnTexts(instance_id)

    def forget_status(self) -> None:
        """Discard what the backend no longer pushes."""
        self.person.status, self.person.text = UserStatusType.UNKNOWN, ""
        self._devices = None
        self.texts.invalidate()

    def logged_out(self, status: UserStatus | None, now: int) -> None:
        """Handle the logout of this device.

        Args:
            status: The own status as of then, if the backend said it.
            now: Unix milliseconds.
        """
        self.forget_status()
        self.is_logged_out = status is None or status.status_type is UserStatusType.ONLINE
        if status is not None and not self.is_logged_out:
            self.set_status(status, now)

    # Status

    @property
    def expires_at(self) -> int | None:
        """Return the end of the text in Unix milliseconds, if it has one."""
        return None if self.status is None else self.status.expires_at

    def set_status(self, status: UserStatus, now: int) -> None:
        """Set the status without an event."""
        self.status = status
        self.is_logged_out = False
        update_status(self.person, status, now)

    def status_changed(self, status: UserStatus, now: int) -> Event | None:
        """Apply a pushed status, and return the event for it."""
        earlier = snapshot(self.person)
        by = self.texts.status_pushed(status, now)
        self.set_status(status, now)
        source = "" if by is None else f"from {self._name(*_names(by))}"
        return change_event(now, EventKind.OWN, "you", earlier, self.person, source)

    # Devices

    def devices(self) -> list[SelfDevice]:
        """Return the account's connected devices, the earliest login first."""
        return list((self._devices or {}).values())

    def other_device_count(self) -> int | None:
        """Return the number of other connected devices; None while it is unknown."""
        if self._devices is None:
            return None
        return sum(one.instance_id != self.instance_id for one in self.devices())

    def devices_changed(self, devices: Iterable[SelfDevice], now: int) -> list[Event]:
        """Set the connected devices, and return events for the differences."""
        earlier = self._devices
        self._devices = {device.instance_id: _safe(device) for device in devices}
        if earlier is None:
            return []
        added = [one for key, one in self._devices.items() if key not in earlier]
        removed = [one for key, one in earlier.items() if key not in self._devices]
        changes = [(one, "logged in") for one in added] + [(one, "is gone") for one in removed]
        return [
            Event(now, EventKind.DEVICE, self.device_name(one), description=words)
            for one, words in changes
            if one.instance_id != self.instance_id
        ]

    def device_name(self, device: SelfDevice) -> str:
        """Return the label of a device: its name and platform, or ``this device``."""
        return self._name(device.instance_id, device.device_name, str(device.platform))

    def _name(self, instance_id: str, name: str, platform: str) -> str:
        if instance_id == self.instance_id:
            return "this device"
        return f"{name} ({platform})" if name else platform


def _safe(device: SelfDevice) -> SelfDevice:
    return SelfDevice(
        device.instance_id, safe_text(device.device_name), device.platform, device.login_time
    )


def _names(by: ChangedBy) -> tuple[str, str, str]:
    return by.instance_id, safe_text(by.device_name), str(by.platform)
