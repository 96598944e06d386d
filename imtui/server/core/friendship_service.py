"""The part of the core's face that concerns friendship and profiles."""

from imtui.protocol.friendship import (
    AcceptFriendApplicationParams,
    FriendApplicationList,
    FriendCheckResult,
    FriendGroup,
    FriendInfoResult,
)
from imtui.protocol.messages import AddFriendParams, FriendInfo, FriendListPage, FriendType
from imtui.protocol.profiles import SetSelfInfoParams, UserFullInfo
from imtui.server.clock import Moment
from imtui.server.core.app import App
from imtui.server.core.friends import applications, blocklist, friend_groups, friendships, profiles
from imtui.server.core.friends.application import Application


class FriendshipService:
    """What the sessions of an app ask about friends, friend requests, blocklists and profiles."""

    _app: App

    def add_friend(self, session_id: int, wish: AddFriendParams, now: Moment) -> None:
        """Add a friend, or ask for it; see ``applications.add_friend``."""
        applications.add_friend(self._app, self._app.user_of(session_id), wish, now)

    def delete_from_friend_list(
        self, session_id: int, user_ids: list[str], delete_type: FriendType
    ) -> None:
        """Delete friends; see ``friendships.delete_from_friend_list``."""
        friendships.delete_from_friend_list(
            self._app, self._app.user_of(session_id), user_ids, delete_type
        )

    def get_friend_list(self, session_id: int, cursor: str) -> FriendListPage:
        """Return a page of friends; see ``friendships.get_friend_list``."""
        return friendships.get_friend_list(self._app, self._app.user_of(session_id), cursor)

    def check_friend(
        self, session_id: int, user_ids: list[str], check_type: FriendType
    ) -> list[FriendCheckResult]:
        """Return how one stands to users; see ``friendships.check_friend``."""
        return friendships.check_friend(
            self._app, self._app.user_of(session_id), user_ids, check_type
        )

    def get_friends_info(self, session_id: int, user_ids: list[str]) -> list[FriendInfoResult]:
        """Return what is known of users; see ``friendships.get_friends_info``."""
        return friendships.get_friends_info(self._app, self._app.user_of(session_id), user_ids)

    def set_friend_info(self, session_id: int, user_id: str, remark: str) -> None:
        """Note what one calls a friend; see ``friendships.set_friend_info``."""
        friendships.set_friend_info(self._app, self._app.user_of(session_id), user_id, remark)

    def get_friend_application_list(self, session_id: int) -> FriendApplicationList:
        """Return the friend requests; see ``applications.get_list``."""
        return applications.get_list(self._app, self._app.user_of(session_id))

    def accept_friend_application(
        self, session_id: int, wish: AcceptFriendApplicationParams, now: Moment
    ) -> None:
        """Agree to a friend request; see ``applications.accept``."""
        applications.accept(self._app, self._app.user_of(session_id), wish, now)

    def refuse_friend_application(self, session_id: int, user_id: str) -> None:
        """Refuse a friend request; see ``applications.refuse``."""
        applications.refuse(self._app, self._app.user_of(session_id), user_id)

    def delete_friend_application(self, session_id: int, user_id: str) -> None:
        """Take a friend request away; see ``applications.delete``."""
        applications.delete(self._app, self._app.user_of(session_id), user_id)

    def set_friend_application_read(self, session_id: int) -> None:
        """Note that the friend requests were read; see ``applications.set_read``."""
        applications.set_read(self._app, self._app.user_of(session_id))

    def create_friend_group(self, session_id: int, name: str, user_ids: list[str]) -> None:
        """Make a friend group; see ``friend_groups.create``."""
        friend_groups.create(self._app, self._app.user_of(session_id), name, user_ids)

    def delete_friend_group(self, session_id: int, names: list[str]) -> None:
        """Delete friend groups; see ``friend_groups.delete``."""
        friend_groups.delete(self._app, self._app.user_of(session_id), names)

    def rename_friend_group(self, session_id: int, old: str, new: str) -> None:
        """Rename a friend group; see ``friend_groups.rename``."""
        friend_groups.rename(self._app, self._app.user_of(session_id), old, new)

    def add_friends_to_friend_group(self, session_id: int, name: str, user_ids: list[str]) -> None:
        """Put friends into a group; see ``friend_groups.add_friends``."""
        friend_groups.add_friends(self._app, self._app.user_of(session_id), name, user_ids)

    def delete_friends_from_friend_group(
        self, session_id: int, name: str, user_ids: list[str]
    ) -> None:
        """Take friends out of a group; see ``friend_groups.delete_friends``."""
        friend_groups.delete_friends(self._app, self._app.user_of(session_id), name, user_ids)

    def get_friend_groups(self, session_id: int) -> list[FriendGroup]:
        """Return the friend groups; see ``friend_groups.get_list``."""
        return friend_groups.get_list(self._app, self._app.user_of(session_id))

    def add_to_black_list(self, session_id: int, user_ids: list[str], now: Moment) -> None:
        """Block users; see ``blocklist.add``."""
        blocklist.add(self._app, self._app.user_of(session_id), user_ids, now)

    def delete_from_black_list(self, session_id: int, user_ids: list[str]) -> None:
        """Block users no longer; see ``blocklist.delete``."""
        blocklist.delete(self._app, self._app.user_of(session_id), user_ids)

    def get_black_list(self, session_id: int) -> list[str]:
        """Return who is blocked; see ``blocklist.get_list``."""
        return blocklist.get_list(self._app, self._app.user_of(session_id))

    def set_self_info(self, session_id: int, wish: SetSelfInfoParams) -> None:
        """Change the own profile; see ``profiles.set_self_info``."""
        profiles.set_self_info(self._app, self._app.user_of(session_id), wish)

    def get_users_info(self, session_id: int, user_ids: list[str]) -> list[UserFullInfo]:
        """Return profiles; see ``profiles.get_users_info``."""
        self._app.session(session_id)
        return profiles.get_users_info(self._app, user_ids)

    def friend_info(self, owner: str, user_id: str, *, with_status: bool = True) -> FriendInfo:
        """Return what a user is told of a friend."""
        return friendships.friend_info(self._app, owner, user_id, with_status=with_status)

    def application_shown(self, viewer: str, application: Application) -> FriendApplicationList:
        """Return what one of the two is told of a friend request."""
        return applications.shown_to(self._app, viewer, application)

    def connected_owners(self, user_id: str) -> set[str]:
        """Return which of the connected accounts have a user in their friend list."""
        return self._app.connected.keys() & self._app.friends.owners(user_id)
