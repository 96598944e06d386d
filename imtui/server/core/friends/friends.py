"""Everything that users have of one another, and their profiles."""

from imtui.protocol.profiles import UserFullInfo
from imtui.server.core.friends.book import FriendBook
from imtui.server.core.friends.changes import FriendsChange
from imtui.server.core.friends.request import FriendRequests
from imtui.server.core.relation import Relation
from imtui.server.core.state import State


class Friends:
    """Friend lists, notes and groups, friend requests, blocklists and profiles."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.lists = Relation()
        """Who has whom as a friend."""
        self.book = FriendBook()
        self.requests = FriendRequests()
        self.blocked = Relation()
        """Who blocks whom."""
        self.profiles: dict[str, UserFullInfo] = {}
        """Profiles that differ from the default, by user ID."""
        self.sequences: dict[str, int] = {}
        """A number for each user whose lists changed since the start; it grows with each change."""

    def profile(self, user_id: str) -> UserFullInfo:
        """Return the profile of a user."""
        return self.profiles.get(user_id) or UserFullInfo(user_id)


def emit(state: State, change: FriendsChange) -> None:
    """Emit a change of somebody's lists, and count it."""
    state[Friends].sequences[change.user_id] = state.next_revision()
    state.emit(change)
