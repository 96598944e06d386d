"""The state of friends, friend requests, blocklists and profiles."""

from imtui.protocol.profiles import UserFullInfo
from imtui.server.core.friends.book import FriendBook
from imtui.server.core.friends.changes import FriendsChange
from imtui.server.core.friends.request import FriendRequests
from imtui.server.core.relation import Relation
from imtui.server.core.state import State


class Friends:
    """Friend lists, notes and groups, friend requests, blocklists and profiles."""

    def __init__(self) -> None:
        """Start empty."""
        self.lists = Relation()
        """The friend lists."""
        self.book = FriendBook()
        self.requests = FriendRequests()
        self.blocked = Relation()
        """The blocklists."""
        self.block_revisions: dict[tuple[str, str], int] = {}
        """The revision at which each blocked user was last told what they are shown, by owner and
        blocked user; only of blocks since the start."""
        self.profiles: dict[str, UserFullInfo] = {}
        """Profiles that differ from the default, by user ID."""
        self.sequences: dict[str, int] = {}
        """The revision of the last change of each user's lists since the start."""

    def unblock(self, owner: str, user_id: str) -> bool:
        """Take a user from a blocklist; tell whether they were on it."""
        self.block_revisions.pop((owner, user_id), None)
        return self.blocked.remove(owner, user_id)

    def profile(self, user_id: str) -> UserFullInfo:
        """Return the profile of a user."""
        return self.profiles.get(user_id) or UserFullInfo(user_id)


def emit(state: State, change: FriendsChange) -> None:
    """Emit a change of a user's lists, and update their sequence."""
    state[Friends].sequences[change.user_id] = state.next_revision()
    state.emit(change)
