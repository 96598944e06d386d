"""Changes of accounts, their devices and sessions."""

from enum import StrEnum

from imtui.protocol.messages import SelfDevice
from imtui.protocol.proof import SigID
from imtui.protocol.status import ChangedBy
from imtui.server.core.accounts.account import LeftAs
from imtui.server.core.accounts.device import Device
from imtui.server.core.change import Change


class AccountRegistered(Change, frozen=True, gc=False):
    """An account was registered."""

    key: int
    user_id: str
    registered_at: int
    """In Unix milliseconds."""


class AccountDeleted(Change, frozen=True, gc=False):
    """An account was deleted; earlier changes removed its data."""

    key: int
    user_id: str
    at: int
    """In Unix milliseconds."""


class AccountLeft(Change, frozen=True, gc=False):
    """The last connected device of an account left, or an admin kicked a lost account."""

    key: int
    left_as: LeftAs
    at: int
    """In Unix milliseconds."""


class UserSigsRevoked(Change, frozen=True, gc=False):
    """All UserSigs of an account that were made until now, or used, were revoked."""

    key: int
    second: int
    """The Unix second of the revocation."""
    used: tuple[SigID, ...]
    """The UserSigs with which its devices last logged in."""


class RevocationCorrected(Change, frozen=True, gc=False):
    """A revocation of UserSigs lay far ahead, as the clock had been wrong."""

    user_id: str
    second: int
    """The Unix second that now counts, the present."""


class UserSigUsed(Change, frozen=True, gc=False):
    """A device logged in with another UserSig than the last time."""

    key: int
    """The key of the account."""
    instance_id: str
    sig_id: SigID


class DeviceChanged(Change, frozen=True, gc=False):
    """A device logged in, was lost, logged out or was kicked."""

    key: int
    """The key of the account."""
    device: Device
    was_connected: bool = False
    """Whether it was connected until now."""


class DeviceForgotten(Change, frozen=True, gc=False):
    """The record of a device that is not connected was dropped to make room for newer ones."""

    key: int
    """The key of the account."""
    instance_id: str


class OwnDevicesChanged(Change, frozen=True, gc=False):
    """A device of an account came or went, or a session just logged in."""

    user_id: str
    devices: tuple[SelfDevice, ...]
    """The connected devices, the earliest login first."""
    only_session: int | None = None
    """The only session to notify; None for all of the account."""


class CloseReason(StrEnum):
    """Why a session ended."""

    LOST = "lost"
    """Its connection ended without a logout."""
    SILENT = "silent"
    """Nothing was received for the heartbeat time-out."""
    LOGGED_OUT = "logged_out"
    KICKED = "kicked"
    """The connection stays open, and is notified."""
    TAKEN_OVER = "taken_over"
    """Its device logged in on another connection; this one will be closed."""


class SessionOpened(Change, frozen=True, gc=False):
    """A session logged in, passively or not."""

    session_id: int
    user_id: str
    device: ChangedBy
    passive: bool


class SessionClosed(Change, frozen=True, gc=False):
    """A session ended."""

    session_id: int
    user_id: str
    passive: bool
    reason: CloseReason
