"""What the core gets back after a restart."""

from msgspec import Struct, field

from imtui.protocol.chat import ReceiveOpt
from imtui.protocol.profiles import UserFullInfo
from imtui.server.core.accounts.device import Device
from imtui.server.core.console import Console
from imtui.server.core.friends.application import Application
from imtui.server.core.friends.friend_book import FriendNote


class StoredAccount(Struct, frozen=True):
    """An account as it was stored."""

    user_id: str
    registered_at: int
    subscriptions_cleared_at: int | None = None
    sigs_revoked_at: int = 0
    """The Unix second in which its UserSigs were last revoked; 0 for never."""
    sigs_used: frozenset[int] = frozenset()
    """Those of that second that count no longer."""
    is_deleted: bool = False
    """It is only remembered, for what others have of its messages."""


class StoredConversation(Struct, frozen=True):
    """Where a conversation of two stands, as its messages say."""

    low: str
    """The lower one of the two user IDs."""
    high: str
    last_seq: int
    version: int
    last_timestamp: int
    newest_low: int
    """The place of the newest message by which ``low`` has it in the list; 0 if there is none."""
    newest_high: int
    unread_low: int
    unread_high: int


class StoredSide(Struct, frozen=True):
    """What one of the two set in a conversation."""

    owner: str
    peer: str
    read_seq: int
    read_at: int
    is_pinned: bool
    recv_opt: ReceiveOpt
    unlisted_seq: int = 0


class StoredApp(Struct, frozen=True):
    """Everything that outlives a restart."""

    start: int
    """How often the backend was started, this time counted."""
    console: Console = field(default_factory=Console)
    accounts: list[StoredAccount] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    friends: list[tuple[str, str, int]] = field(default_factory=list)
    """Whose list, who is on it, and since when, in Unix seconds."""
    friend_notes: list[tuple[str, str, FriendNote]] = field(default_factory=list)
    """Who noted of whom what."""
    friend_groups: list[tuple[str, str]] = field(default_factory=list)
    """Whose groups, and how they are named, the earliest made first."""
    grouped_friends: list[tuple[str, str, str]] = field(default_factory=list)
    """Whose group, how it is named, and who is in it."""
    applications: list[Application] = field(default_factory=list)
    """In the order in which they were last made."""
    blocked: list[tuple[str, str, int]] = field(default_factory=list)
    """Who blocks whom, and since when, in Unix seconds; the earliest first."""
    profiles: list[UserFullInfo] = field(default_factory=list)
    subscriptions: list[tuple[str, str]] = field(default_factory=list)
    """Who subscribed to whom, the earliest first."""
    conversations: list[StoredConversation] = field(default_factory=list)
    sides: list[StoredSide] = field(default_factory=list)
