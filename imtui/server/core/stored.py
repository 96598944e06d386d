"""The stored data that the core starts from."""

from msgspec import Struct, field

from imtui.protocol.app_key import DEFAULT_SDK_APP_ID, KeyRing
from imtui.protocol.profiles import UserFullInfo
from imtui.protocol.proof import SigID
from imtui.protocol.status import ChangedBy
from imtui.server.core.accounts.account import LeftAs
from imtui.server.core.accounts.custom_status import CustomStatus
from imtui.server.core.accounts.device import Device
from imtui.server.core.admins.admin import StoredAdmin
from imtui.server.core.console import Console
from imtui.server.core.friends.book import FriendNote
from imtui.server.core.friends.request import FriendRequest
from imtui.server.core.messages.conversation import Conversation


class StoredAccount(Struct, frozen=True):
    """A stored account."""

    key: int
    user_id: str
    registered_at: int
    left_as: LeftAs = LeftAs.LOGGED_OUT
    since: int = 0
    """When its general status last changed, in Unix milliseconds; 0 if it never did."""
    subscriptions_cleared_at: int | None = None
    sigs_revoked_at: int = 0
    """The Unix second in which its UserSigs were last revoked; 0 for never."""
    sigs_revoked: tuple[SigID, ...] = ()
    """Other UserSigs that were revoked."""
    is_deleted: bool = False
    """Whether it is deleted, and only kept for its messages and revocations."""


class StoredStatus(Struct, frozen=True):
    """The last status of an account, where edges keep the connections over a restart."""

    user_id: str
    since: int
    """When its general status last changed, in Unix milliseconds."""
    revision: int
    custom: CustomStatus
    changed_by: ChangedBy | None


class StoredApp(Struct, frozen=True):
    """Everything that outlives a restart."""

    start: int
    """How often the backend was started, including this start."""
    console: Console = field(default_factory=Console)
    key_ring: KeyRing = KeyRing(DEFAULT_SDK_APP_ID, ())
    admins: list[StoredAdmin] = field(default_factory=list)
    accounts: list[StoredAccount] = field(default_factory=list)
    """By key."""
    devices: list[Device] = field(default_factory=list)
    statuses: list[StoredStatus] = field(default_factory=list)
    """Only where edges keep the connections over a restart."""
    sig_ids: list[tuple[str, str, SigID]] = field(default_factory=list)
    """Account, instance ID and the UserSig with which the device last logged in."""
    friends: list[tuple[str, str, int]] = field(default_factory=list)
    """Owner, friend and the start of the friendship, in Unix seconds."""
    friend_notes: list[tuple[str, str, FriendNote]] = field(default_factory=list)
    """Owner, friend and note."""
    friend_groups: list[tuple[str, str]] = field(default_factory=list)
    """Owner and name, the earliest created first."""
    grouped_friends: list[tuple[str, str, str]] = field(default_factory=list)
    """Owner, name of the group and friend."""
    friend_requests: list[FriendRequest] = field(default_factory=list)
    """In the order in which they were last made."""
    blocked: list[tuple[str, str, int]] = field(default_factory=list)
    """Owner, blocked user and the time of blocking, in Unix seconds; the earliest first."""
    profiles: list[UserFullInfo] = field(default_factory=list)
    subscriptions: list[tuple[str, str]] = field(default_factory=list)
    """Subscriber and target, the earliest first."""
    conversations: list[Conversation] = field(default_factory=list)
    """With all members that they ever had, by the keys of the accounts."""
