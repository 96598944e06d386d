"""The status of a user (``V2TIMUserStatus``)."""

from enum import IntEnum, StrEnum

from msgspec import Struct, field

from imtui.protocol.wire_names import wire_name


class UserStatusType(IntEnum):
    """The general status of a user."""

    UNKNOWN = 0
    ONLINE = 1
    OFFLINE = 2
    UNLOGINED = 3

    @classmethod
    def _missing_(cls, value: object) -> "UserStatusType":
        return cls.UNKNOWN


class Platform(StrEnum):
    """The platform of a device."""

    LINUX = "Linux"
    MAC = "Mac"
    WINDOWS = "Windows"
    ANDROID = "Android"
    IPHONE = "iPhone"
    IPAD = "iPad"
    WEB = "Web"


class ChangedBy(Struct, frozen=True, rename=wire_name):
    """The own device that made a change."""

    instance_id: str
    """The ID of one login of the account, stable over its reconnects."""
    device_name: str
    """What the person calls the device."""
    platform: Platform
    """What the device runs on."""


def _no_devices() -> list[str]:
    # As a factory, because msgspec omits an empty ``list``, and this field is always sent.
    return []


class UserStatus(Struct, frozen=True, omit_defaults=True, rename=wire_name, gc=False):
    """A user's status at one revision."""

    user_id: str
    """The user."""
    status_type: UserStatusType
    """The general status; only the backend sets it."""
    custom_status: str = field(default_factory=str)
    """The user's own text, at most 100 bytes of UTF-8; may be empty."""
    online_devices: list[str] = field(default_factory=_no_devices)
    """The platforms of the connected devices, sorted, without repeats."""
    since: int = field(default_factory=int)
    """When the general status last changed, in Unix milliseconds; 0 if unknown."""
    revision: int = field(default_factory=int)
    """Grows with each change; compares within one connection only."""
    changed_by: ChangedBy | None = None
    """For own devices only: the device that made this change, if any."""
    expires_at: int | None = None
    """For own devices only: when the text expires, in Unix milliseconds; None if it does not."""
