"""What the core gets back after a restart."""

from msgspec import Struct, field

from imtui.protocol.profiles import UserFullInfo
from imtui.server.core.accounts.account import LeftAs
from imtui.server.core.accounts.device import Device
from imtui.server.core.console import Console
from imtui.server.core.friends.book import FriendNote
from imtui.server.core.friends.request import FriendRequest
from imtui.server.core.messages.conversation import Conversation


class StoredAccount(Struct, frozen=True):
    """An account as it was stored."""

    key: int
    user_id: str
    registered_at: int
    left_as: LeftAs = LeftAs.LOGGED_OUT
    since: int = 0
    """When its general status last changed, in Unix milliseconds; 0 for its registration."""
    subscriptions_cleared_at: int | None = None
    sigs_revoked_at: int = 0
    """The Unix second in which its UserSigs were last revoked; 0 for never."""
    sigs_used: frozenset[int] = frozenset()
    """Those made in that second that no longer count."""
    is_deleted: bool = False
    """It is only remembered: for the messages that others have of it, and its revocations."""


class StoredApp(Struct, frozen=True):
    """Everything that outlives a restart."""

    start: int
    """How often the backend was started, this time counted."""
    console: Console = field(default_factory=Console)
    accounts: list[StoredAccount] = field(default_factory=list)
    """By key."""
    devices: list[Device] = field(default_factory=list)
    friends: list[tuple[str, str, int]] = field(default_factory=list)
    """Whose list, who is on it, and since when, in Unix seconds."""
    friend_notes: list[tuple[str, str, FriendNote]] = field(default_factory=list)
    """Who noted of whom what."""
    friend_groups: list[tuple[str, str]] = field(default_factory=list)
    """Whose groups, and how they are named, the earliest created first."""
    grouped_friends: list[tuple[str, str, str]] = field(default_factory=list)
    """Whose group, how it is named, and who is in it."""
    friend_requests: list[FriendRequest] = field(default_factory=list)
    """In the order in which they were last made."""
    blocked: list[tuple[str, str, int]] = field(default_factory=list)
    """Who blocks whom, and since when, in Unix seconds; the earliest first."""
    profiles: list[UserFullInfo] = field(default_factory=list)
    subscriptions: list[tuple[str, str]] = field(default_factory=list)
    """Who subscribed to whom, the earliest first."""
    conversations: list[Conversation] = field(default_factory=list)
    """With all members they ever had, the present ones last."""
