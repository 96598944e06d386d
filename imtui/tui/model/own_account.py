"""One's own account: status, devices, and which device set which text."""

from collections.abc import Iterable

from imtui.protocol.messages import SelfDevice
from imtui.protocol.safe_text import safe_text
from imtui.protocol.status import ChangedBy, UserStatus, UserStatusType
from imtui.tui.model.events import Event, EventKind
from imtui.tui.model.own_text import OwnTexts
from imtui.tui.model.person import Person, change_event, snapshot, update_status


class OwnAccount:
    """What is known of the account that is logged in; each change is returned as an event."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self.person = Person("")
        self.instance_id = ""
        """This device."""
        self.status: UserStatus | None = None
        self.texts = OwnTexts()
        self._devices: dict[str, SelfDevice] | None = None

    def log_in_as(self, user_id: str, instance_id: str) -> None:
        """Begin with an account, on this device."""
        self.person = Person(safe_text(user_id))
        self.instance_id = instance_id
        self.texts = OwnTexts(instance_id)

    def forget_status(self, status: UserStatusType = UserStatusType.UNKNOWN) -> None:
        """Forget what nobody tells any more; ``status`` is what can still be said."""
        self.person.status, self.person.text = status, ""
        self._devices = None
        self.texts.invalidate()

    # Status

    @property
    def expires_at(self) -> int | None:
        """Return when the text ends, in Unix milliseconds, if it does."""
        return None if self.status is None else self.status.expires_at

    def set_status(self, status: UserStatus, now: int) -> None:
        """Take a status without telling anything."""
        self.status = status
        update_status(self.person, status, now)

    def status_changed(self, status: UserStatus, now: int) -> Event | None:
        """Take a status that was pushed, and return what to tell of it."""
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
        """Return how many devices are connected beside this one; None while nobody tells."""
        if self._devices is None:
            return None
        return sum(one.instance_id != self.instance_id for one in self.devices())

    def devices_changed(self, devices: Iterable[SelfDevice], now: int) -> list[Event]:
        """Take the connected devices, and return who came and who went."""
        earlier = self._devices
        self._devices = {device.instance_id: _safe(device) for device in devices}
        if earlier is None:
            return []
        came = [one for key, one in self._devices.items() if key not in earlier]
        went = [one for key, one in earlier.items() if key not in self._devices]
        told = [(one, "logged in") for one in came] + [(one, "is gone") for one in went]
        return [
            Event(now, EventKind.DEVICE, self.device_name(one), description=words)
            for one, words in told
            if one.instance_id != self.instance_id
        ]

    def device_name(self, device: SelfDevice) -> str:
        """Return how a device is called: its name and platform, or ``this device``."""
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
