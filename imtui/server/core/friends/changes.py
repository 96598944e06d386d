"""Changes of friend lists, friend requests, friend groups, blocklists and profiles."""

from imtui.protocol.profiles import UserFullInfo
from imtui.server.core.change import Change
from imtui.server.core.friends.book import NO_NOTE, FriendNote
from imtui.server.core.friends.request import FriendRequest


class FriendsAdded(Change, frozen=True, gc=False):
    """Friends were added to a user's list."""

    user_id: str
    friend_ids: tuple[str, ...]
    note: FriendNote = NO_NOTE
    """The user's note on them."""
    since: int = 0
    """When they were added, in Unix seconds."""


class FriendsDeleted(Change, frozen=True, gc=False):
    """Friends were deleted from a user's list."""

    user_id: str
    friend_ids: tuple[str, ...]


class FriendNoted(Change, frozen=True, gc=False):
    """A user's note on a friend changed."""

    user_id: str
    friend_id: str
    note: FriendNote
    since: int
    """When the friend was added, in Unix seconds."""


class FriendGroupCreated(Change, frozen=True, gc=False):
    """A user created a friend group, with these friends in it."""

    user_id: str
    name: str
    friend_ids: tuple[str, ...]


class FriendGroupsDeleted(Change, frozen=True, gc=False):
    """A user deleted friend groups."""

    user_id: str
    names: tuple[str, ...]


class FriendGroupRenamed(Change, frozen=True, gc=False):
    """A user renamed a friend group."""

    user_id: str
    old: str
    new: str


class FriendsGrouped(Change, frozen=True, gc=False):
    """A user added friends to a group."""

    user_id: str
    name: str
    friend_ids: tuple[str, ...]


class FriendsUngrouped(Change, frozen=True, gc=False):
    """A user removed friends from a group."""

    user_id: str
    name: str
    friend_ids: tuple[str, ...]


class FriendRequestAdded(Change, frozen=True, gc=False):
    """A friend request was made, or made again."""

    request: FriendRequest


class FriendRequestDeleted(Change, frozen=True, gc=False):
    """A friend request was accepted, refused or withdrawn."""

    asker: str
    receiver: str


class FriendRequestsRead(Change, frozen=True, gc=False):
    """A user has read all friend requests that they received."""

    user_id: str


class BlackListAdded(Change, frozen=True, gc=False):
    """A user blocked others."""

    user_id: str
    blocked_ids: tuple[str, ...]
    since: int = 0
    """When they were blocked, in Unix seconds."""


class BlackListDeleted(Change, frozen=True, gc=False):
    """A user unblocked others."""

    user_id: str
    blocked_ids: tuple[str, ...]


class ProfileChanged(Change, frozen=True, gc=False):
    """A user's profile changed."""

    info: UserFullInfo
    to_friends: bool
    """False if only own devices are notified."""


FriendsChange = (
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
"""A change of a user's friend list, friend groups or blocklist."""
