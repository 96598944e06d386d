"""What the core says has changed: to be stored, told, or both."""

from dataclasses import dataclass

from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.status import UserStatus
from imtui.server.core.console import Console
from imtui.server.core.device import Device


@dataclass(frozen=True, slots=True)
class AccountRegistered:
    """An account is new."""

    user_id: str
    registered_at: int


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A device logged in, was lost, logged out or was kicked."""

    device: Device


@dataclass(frozen=True, slots=True)
class DeviceForgotten:
    """A device that has not been connected for long is no longer remembered."""

    user_id: str
    instance_id: str


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """A status changed."""

    status: UserStatus
    """As watchers see it."""
    own: UserStatus
    """As the account's own devices see it."""
    to_watchers: bool
    """False if only own devices are told."""


@dataclass(frozen=True, slots=True)
class OwnDevicesChanged:
    """A device of the account came or went, or a session just logged in."""

    user_id: str
    only_session: int | None = None
    """The one session to be told; None for all of the account."""


@dataclass(frozen=True, slots=True)
class SubscriptionsChanged:
    """The subscriptions of an account changed."""

    user_id: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    reason: SubscriptionReason
    at: int


@dataclass(frozen=True, slots=True)
class FriendsAdded:
    """Friends came onto a user's list."""

    user_id: str
    friend_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FriendsDeleted:
    """Friends went off a user's list."""

    user_id: str
    friend_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsoleChanged:
    """The console's settings changed."""

    console: Console
    decides_who_is_told: bool
    """Whether the change concerns what clients can learn of others."""


@dataclass(frozen=True, slots=True)
class SessionKicked:
    """A session was kicked offline: it is to be told, and stays connected."""

    session_id: int


@dataclass(frozen=True, slots=True)
class SessionTakenOver:
    """The device of a session logged in on another connection: this one is to be closed."""

    session_id: int


@dataclass(frozen=True, slots=True)
class SessionSilent:
    """Nothing was received from a session for the heartbeat time-out: it is to be closed."""

    session_id: int


Change = (
    AccountRegistered
    | DeviceChanged
    | DeviceForgotten
    | StatusChanged
    | OwnDevicesChanged
    | SubscriptionsChanged
    | FriendsAdded
    | FriendsDeleted
    | ConsoleChanged
    | SessionKicked
    | SessionTakenOver
    | SessionSilent
)
