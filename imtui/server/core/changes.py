"""What the core says has changed: to be stored, told, or both."""

from dataclasses import dataclass

from imtui.protocol.chat import Conversation, Message
from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.profiles import UserFullInfo
from imtui.protocol.status import UserStatus
from imtui.server.core.accounts.device import Device
from imtui.server.core.console import Console
from imtui.server.core.friends.application import Application
from imtui.server.core.friends.friend_book import NO_NOTE, FriendNote
from imtui.server.core.messages.archive import StoredMessage, sides


@dataclass(frozen=True, slots=True)
class AccountRegistered:
    """An account is new."""

    user_id: str
    registered_at: int


@dataclass(frozen=True, slots=True)
class AccountDeleted:
    """An account is gone; what belonged to it was said to be gone before."""

    user_id: str
    at: int


@dataclass(frozen=True, slots=True)
class UserSigsRevoked:
    """The UserSigs of an account that were made until now count no longer."""

    user_id: str
    second: int
    """The Unix second of the revocation."""
    used: frozenset[int]
    """Those of that second that count no longer either."""


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
    note: FriendNote = NO_NOTE
    """What the user noted of them."""
    since: int = 0
    """When, in Unix seconds."""


@dataclass(frozen=True, slots=True)
class FriendsDeleted:
    """Friends went off a user's list."""

    user_id: str
    friend_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FriendNoted:
    """A user calls a friend something else, or noted something else of them."""

    user_id: str
    friend_id: str
    note: FriendNote
    since: int
    """Since when they are friends, in Unix seconds."""


@dataclass(frozen=True, slots=True)
class FriendGroupCreated:
    """A user made a friend group, with these friends in it."""

    user_id: str
    name: str
    friend_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FriendGroupsDeleted:
    """A user deleted friend groups."""

    user_id: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FriendGroupRenamed:
    """A friend group of a user has another name."""

    user_id: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class FriendsGrouped:
    """A user put friends into a group."""

    user_id: str
    name: str
    friend_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FriendsUngrouped:
    """A user took friends out of a group."""

    user_id: str
    name: str
    friend_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApplicationAdded:
    """A friend request was made, or made anew."""

    application: Application


@dataclass(frozen=True, slots=True)
class ApplicationDeleted:
    """A friend request was agreed to, refused or taken away."""

    asker: str
    receiver: str


@dataclass(frozen=True, slots=True)
class ApplicationsRead:
    """A user has read all friend requests that they received."""

    user_id: str


@dataclass(frozen=True, slots=True)
class BlackListAdded:
    """A user blocks others."""

    user_id: str
    blocked_ids: tuple[str, ...]
    since: int = 0
    """When, in Unix seconds."""


@dataclass(frozen=True, slots=True)
class BlackListDeleted:
    """A user blocks others no longer."""

    user_id: str
    blocked_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileChanged:
    """A user says something else of themselves."""

    info: UserFullInfo
    to_friends: bool
    """False if only own devices are told."""


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


@dataclass(frozen=True, slots=True)
class MessageSent:
    """A message is new."""

    message: Message
    session_id: int
    """Who sent it, and is not told."""
    to_receiver: bool
    """False if the receiver does not want to be told."""
    to_sender: bool = True
    """False if the sender's devices are not told."""
    hidden_from: str = ""
    """Whichever of the two does not get it; empty if both do."""
    is_after_callback_forbidden: bool = False
    """Whether the app's server is not to be called back after it."""

    @property
    def stored(self) -> StoredMessage:
        """Return the message as it is kept."""
        low, high = sides(self.message.sender, self.message.receiver)
        return StoredMessage(self.message, self.hidden_from == low, self.hidden_from == high)


@dataclass(frozen=True, slots=True)
class MessagesChanged:
    """Messages of a conversation were recalled, or deleted by one of the two."""

    messages: tuple[StoredMessage, ...]
    told: tuple[str, ...]
    """The accounts that are told."""


@dataclass(frozen=True, slots=True)
class MessagesCleared:
    """All messages of a conversation were deleted by one of the two; nobody is told of each."""

    user_id: str
    peer_id: str
    version: int
    """The conversation's version before: those that go get the next ones, in their order."""


@dataclass(frozen=True, slots=True)
class ConversationChanged:
    """A conversation changed for one of the two, other than by a new message."""

    user_id: str
    conversation: Conversation
    read_at: int
    """When it was last read, in Unix milliseconds."""
    unlisted_seq: int = 0
    """See ``Side.unlisted_seq``."""


@dataclass(frozen=True, slots=True)
class ConversationRead:
    """Somebody has read what another one wrote."""

    user_id: str
    """The other one, who is told."""
    reader: str
    read_seq: int
    at: int


FriendshipChange = (
    FriendsAdded
    | FriendsDeleted
    | FriendNoted
    | FriendGroupCreated
    | FriendGroupsDeleted
    | FriendGroupRenamed
    | FriendsGrouped
    | FriendsUngrouped
    | BlackListAdded
    | BlackListDeleted
)
"""A change of somebody's friend list, friend groups or blocklist."""

Change = (
    AccountRegistered
    | AccountDeleted
    | UserSigsRevoked
    | DeviceChanged
    | DeviceForgotten
    | StatusChanged
    | OwnDevicesChanged
    | SubscriptionsChanged
    | FriendshipChange
    | ApplicationAdded
    | ApplicationDeleted
    | ApplicationsRead
    | ProfileChanged
    | ConsoleChanged
    | MessageSent
    | MessagesChanged
    | MessagesCleared
    | ConversationChanged
    | ConversationRead
    | SessionKicked
    | SessionTakenOver
    | SessionSilent
)
