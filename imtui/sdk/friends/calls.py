"""The calls of a client that concern friends, friend requests, blocklists and profiles."""

from collections.abc import Iterable

from msgspec import structs

from imtui.protocol.errors import invalid_parameters
from imtui.protocol.friendship import (
    AcceptFriendApplicationParams,
    CheckFriendParams,
    DeleteFriendGroupParams,
    FriendAcceptType,
    FriendApplicationList,
    FriendApplicationParams,
    FriendCheckResult,
    FriendCheckResultList,
    FriendGroup,
    FriendGroupList,
    FriendGroupParams,
    FriendInfoResult,
    FriendInfoResultList,
    RenameFriendGroupParams,
    SetFriendInfoParams,
)
from imtui.protocol.messages import (
    AddFriendParams,
    DeleteFromFriendListParams,
    Empty,
    FriendInfo,
    FriendType,
    Method,
    UserIDList,
    UserIDListParams,
)
from imtui.protocol.profiles import FriendAllowType, SetSelfInfoParams, UserFullInfo, UserInfoList
from imtui.sdk.friends.friends import Friends
from imtui.sdk.user_ids import user_id_list


class FriendCalls:
    """The part of a client that manages friends.

    Listeners are notified of every change, whichever device made it. After a reconnect they are
    notified of changes of the friend list, once it was listed again. Friend requests, friend
    groups, the blocklist and the own profile are not compared: an app that shows them asks for
    them at each ``on_connect_success``.
    """

    def __init__(self, friends: Friends) -> None:
        """Call the backend for ``friends``."""
        self._friends = friends

    async def add_friend(
        self,
        user_id: str,
        *,
        add_wording: str = "",
        friend_remark: str = "",
        friend_group: str = "",
        add_type: FriendType = FriendType.BOTH,
    ) -> None:
        """Make the account and a user friends; fails with 30539 if the user has to agree first.

        An existing friendship stays as it is. The user need not agree if they asked for the
        friendship themselves, or have the account in their friend list.

        Args:
            user_id: The user.
            add_wording: The text of the request if they have to agree, at most 120 bytes.
            friend_remark: The own name for the user, at most 96 bytes.
            friend_group: The own friend group to put the user into; created if it does not exist.
            add_type: Whether to add the user to the own list only, or also the account to theirs.

        Raises:
            IMError: 30539 if the request was made and waits for the user; 6017, 9002, 9003, 9005;
                30001 for the own account; 30003 for an unknown one; 30515 or 30525 if one has
                blocked the other; 30516 if the user takes no requests; 30010, 30011, 30012 or
                30014 if a list is full.
        """
        await self._friends.link.send(
            Method.ADD_FRIEND,
            AddFriendParams(user_id, add_wording, friend_remark, friend_group, add_type),
        )

    async def delete_from_friend_list(
        self, user_ids: Iterable[str], delete_type: FriendType = FriendType.BOTH
    ) -> None:
        """Delete 1 to 100 friends from the own list, or from both lists.

        Raises:
            IMError: 6017, or 31704 if none of them is a friend.
        """
        await self._friends.link.send(
            Method.DELETE_FROM_FRIEND_LIST,
            DeleteFromFriendListParams(user_id_list(user_ids), delete_type),
        )

    async def get_friend_list(self) -> list[FriendInfo]:
        """Return all friends by ID, with their statuses while the console's switch is on."""
        return await self._friends.list_all()

    async def get_friends_info(self, user_ids: Iterable[str]) -> list[FriendInfoResult]:
        """Return the relation to 1 to 100 users and what is known of them, in their order.

        Unknown accounts are left out; statuses are those that this device already knows.

        Raises:
            IMError: 6017, or 30003 if all are unknown.
        """
        self._friends.link.check_logged_in()

        def with_statuses(answer: FriendInfoResultList) -> list[FriendInfoResult]:
            with_status = self._friends.with_known_status
            return [
                structs.replace(result, friend_info=with_status(result.friend_info))
                for result in answer.result_list
            ]

        params = UserIDListParams(user_id_list(user_ids))
        return await self._friends.link.call(
            Method.GET_FRIENDS_INFO, params, FriendInfoResultList, with_statuses
        )

    async def set_friend_info(self, user_id: str, friend_remark: str) -> None:
        """Set the own name for a friend, at most 96 bytes; empty for none.

        Raises:
            IMError: 6017; 9002 if it is too long; 30001 if the user is not a friend.
        """
        await self._friends.link.send(
            Method.SET_FRIEND_INFO, SetFriendInfoParams(user_id, friend_remark)
        )

    async def check_friend(
        self, user_ids: Iterable[str], check_type: FriendType = FriendType.BOTH
    ) -> list[FriendCheckResult]:
        """Return the relation to 1 to 100 users in their order, without unknown accounts.

        Args:
            user_ids: The users.
            check_type: With ``SINGLE`` only the own list counts.

        Raises:
            IMError: 6017, or 30003 if all are unknown.
        """
        self._friends.link.check_logged_in()
        return await self._friends.link.call(
            Method.CHECK_FRIEND,
            CheckFriendParams(user_id_list(user_ids), check_type),
            FriendCheckResultList,
            lambda answer: answer.result_list,
        )

    async def get_friend_application_list(self) -> FriendApplicationList:
        """Return the received and the sent friend requests, the newest first."""
        return await self._friends.link.call(
            Method.GET_FRIEND_APPLICATION_LIST,
            Empty(),
            FriendApplicationList,
            lambda answer: answer,
        )

    async def accept_friend_application(
        self,
        user_id: str,
        accept_type: FriendAcceptType = FriendAcceptType.AGREE_AND_ADD,
        *,
        friend_remark: str = "",
    ) -> None:
        """Accept a received friend request.

        Args:
            user_id: Who sent it.
            accept_type: Whether to add the account to their list only, or both to both lists.
            friend_remark: The own name for them if they are added, at most 96 bytes.

        Raises:
            IMError: 6017, 9002; 30614 if there is no such request; 30010 or 30014 if a list is
                full.
        """
        await self._friends.link.send(
            Method.ACCEPT_FRIEND_APPLICATION,
            AcceptFriendApplicationParams(user_id, accept_type, friend_remark),
        )

    async def refuse_friend_application(self, user_id: str) -> None:
        """Refuse a received friend request.

        Raises:
            IMError: 6017, or 30614 if there is no such request.
        """
        await self._friends.link.send(
            Method.REFUSE_FRIEND_APPLICATION, FriendApplicationParams(user_id)
        )

    async def delete_friend_application(self, user_id: str) -> None:
        """Delete the friend request between the account and a user, for both.

        Raises:
            IMError: 6017, or 30614 if there is no such request.
        """
        await self._friends.link.send(
            Method.DELETE_FRIEND_APPLICATION, FriendApplicationParams(user_id)
        )

    async def set_friend_application_read(self) -> None:
        """Mark all received friend requests as read."""
        await self._friends.link.send(Method.SET_FRIEND_APPLICATION_READ, Empty())

    async def create_friend_group(self, group_name: str, user_ids: Iterable[str] = ()) -> None:
        """Create a friend group with up to 100 friends; users who are not friends are left out.

        Raises:
            IMError: 6017; 9005 unless the name has 1 to 30 bytes; 30001 if the group exists; 30011
                if there are 32 groups.
        """
        params = FriendGroupParams(group_name, user_id_list(user_ids))
        await self._friends.link.send(Method.CREATE_FRIEND_GROUP, params)

    async def delete_friend_group(self, group_names: Iterable[str]) -> None:
        """Delete 1 to 32 friend groups; their members stay friends.

        Raises:
            IMError: 6017, or 30001 if none of them exists.
        """
        if isinstance(group_names, str):
            raise invalid_parameters("groupNameList", "expected a list of names, got one text")
        params = DeleteFriendGroupParams(list(group_names))
        await self._friends.link.send(Method.DELETE_FRIEND_GROUP, params)

    async def rename_friend_group(self, old_name: str, new_name: str) -> None:
        """Rename a friend group.

        Raises:
            IMError: 6017; 9005 unless the new name has 1 to 30 bytes; 30001 if there is no such
                group, or another group has the new name.
        """
        params = RenameFriendGroupParams(old_name, new_name)
        await self._friends.link.send(Method.RENAME_FRIEND_GROUP, params)

    async def add_friends_to_friend_group(self, group_name: str, user_ids: Iterable[str]) -> None:
        """Put 1 to 100 friends into a friend group; users who are not friends are left out.

        Raises:
            IMError: 6017; 30001 if there is no such group or none of them is a friend.
        """
        params = FriendGroupParams(group_name, user_id_list(user_ids))
        await self._friends.link.send(Method.ADD_FRIENDS_TO_FRIEND_GROUP, params)

    async def delete_friends_from_friend_group(
        self, group_name: str, user_ids: Iterable[str]
    ) -> None:
        """Remove 1 to 100 friends from a friend group; those not in it are ignored.

        Raises:
            IMError: 6017, or 30001 if there is no such group.
        """
        params = FriendGroupParams(group_name, user_id_list(user_ids))
        await self._friends.link.send(Method.DELETE_FRIENDS_FROM_FRIEND_GROUP, params)

    async def get_friend_groups(self) -> list[FriendGroup]:
        """Return the friend groups, the earliest created first.

        ``FriendInfo.friend_groups`` says which friends are in them.
        """
        return await self._friends.link.call(
            Method.GET_FRIEND_GROUPS,
            Empty(),
            FriendGroupList,
            lambda answer: answer.friend_group_list,
        )

    async def add_to_black_list(self, user_ids: Iterable[str]) -> None:
        """Block 1 to 100 users, which ends friendships, and refuses their messages and requests.

        Raises:
            IMError: 6017; 30001 for the own account; 30003 if all are unknown; 30013 if more than
                1,000 would be blocked.
        """
        params = UserIDListParams(user_id_list(user_ids))
        await self._friends.link.send(Method.ADD_TO_BLACK_LIST, params)

    async def delete_from_black_list(self, user_ids: Iterable[str]) -> None:
        """Unblock 1 to 100 users; those who are not blocked are ignored.

        Raises:
            IMError: 6017.
        """
        params = UserIDListParams(user_id_list(user_ids))
        await self._friends.link.send(Method.DELETE_FROM_BLACK_LIST, params)

    async def get_black_list(self) -> list[str]:
        """Return the blocked users, the earliest blocked first."""
        return await self._friends.link.call(
            Method.GET_BLACK_LIST, Empty(), UserIDList, lambda answer: answer.user_id_list
        )

    async def set_self_info(
        self,
        nick_name: str | None = None,
        self_signature: str | None = None,
        allow_type: FriendAllowType | None = None,
    ) -> None:
        """Change the own profile; fields that are None stay as they are.

        Args:
            nick_name: At most 500 bytes; empty for none.
            self_signature: At most 500 bytes; empty for none.
            allow_type: Whether others may add the account as a friend.

        Raises:
            IMError: 6017 for control characters; 40601 for a text that is too long.
        """
        params = SetSelfInfoParams(nick_name, self_signature, allow_type)
        await self._friends.link.send(Method.SET_SELF_INFO, params)

    async def get_users_info(self, user_ids: Iterable[str]) -> list[UserFullInfo]:
        """Return the profiles of 1 to 100 users in their order, without unknown accounts.

        Raises:
            IMError: 6017, or 40003 if all are unknown.
        """
        self._friends.link.check_logged_in()
        return await self._friends.link.call(
            Method.GET_USERS_INFO,
            UserIDListParams(user_id_list(user_ids)),
            UserInfoList,
            lambda answer: answer.user_info_list,
        )
