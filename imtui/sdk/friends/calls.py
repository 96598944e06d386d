"""The calls of the client that concern friends, friend requests, blocklists and profiles."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct, structs

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
from imtui.sdk.presence.resync import list_friends

if TYPE_CHECKING:
    from imtui.sdk.link.session import Session


class FriendshipCalls:
    """The part of a client that has friends.

    Listeners are told of every change by any device. What changed while there was no connection
    they are told of friends, once the friends were listed; friend requests, friend groups, the
    blocklist and the own profile are for whoever shows them to ask for, at each
    ``on_connect_success``.
    """

    async def add_friend(
        self,
        user_id: str,
        *,
        add_wording: str = "",
        friend_remark: str = "",
        friend_group: str = "",
        add_type: FriendType = FriendType.BOTH,
    ) -> None:
        """Make a user and oneself friends of each other; fails with 30539 if they have to agree.

        Who is a friend already stays so as before. Whoever has asked for it, or has oneself in
        their list, need not agree.

        Args:
            user_id: Whom.
            add_wording: What they read if they have to agree, at most 120 bytes.
            friend_remark: What one calls them oneself, at most 96 bytes.
            friend_group: The own friend group to put them into, made if it is not there.
            add_type: Whether they come on one's own list only, or oneself on theirs too.

        Raises:
            IMError: 30539 if the request was made and waits for the user; 6017, 9002, 9003, 9005;
                30001 for oneself; 30003 unknown; 30515 or 30525 if one has blocked the other;
                30516 if they take no requests; 30010, 30011, 30012 or 30014 if a list is full.
        """
        await self._change(
            Method.ADD_FRIEND,
            AddFriendParams(user_id, add_wording, friend_remark, friend_group, add_type),
        )

    async def delete_from_friend_list(
        self, user_ids: Iterable[str], delete_type: FriendType = FriendType.BOTH
    ) -> None:
        """Delete 1 to 100 friends from one's own list, or from both.

        Raises:
            IMError: 6017, or 31704 if none of them is a friend.
        """
        await self._change(
            Method.DELETE_FROM_FRIEND_LIST,
            DeleteFromFriendListParams(user_id_list(user_ids), delete_type),
        )

    async def get_friend_list(self) -> list[FriendInfo]:
        """Return all friends by ID, with their statuses while the console's switch is on."""
        return await list_friends(self._live())

    async def get_friends_info(self, user_ids: Iterable[str]) -> list[FriendInfoResult]:
        """Return how one stands to 1 to 100 users and what is known of them, in their order.

        Unknown accounts are left out; statuses are those that this device knows already.

        Raises:
            IMError: 6017, or 30003 if all are unknown.
        """
        session = self._live()

        def take(answer: FriendInfoResultList) -> list[FriendInfoResult]:
            with_status = session.view.with_known_status
            return [
                structs.replace(result, friend_info=with_status(result.friend_info))
                for result in answer.result_list
            ]

        params = UserIDListParams(user_id_list(user_ids))
        return await session.call(Method.GET_FRIENDS_INFO, params, FriendInfoResultList, take)

    async def set_friend_info(self, user_id: str, friend_remark: str) -> None:
        """Note what one calls a friend, at most 96 bytes; empty for nothing.

        Raises:
            IMError: 6017; 9002 for more; 30001 if the user is no friend.
        """
        await self._change(Method.SET_FRIEND_INFO, SetFriendInfoParams(user_id, friend_remark))

    async def check_friend(
        self, user_ids: Iterable[str], check_type: FriendType = FriendType.BOTH
    ) -> list[FriendCheckResult]:
        """Return how one stands to 1 to 100 users, in their order, without unknown accounts.

        Args:
            user_ids: Whom.
            check_type: With ``SINGLE`` only one's own list is looked at.

        Raises:
            IMError: 6017, or 30003 if all are unknown.
        """
        return await self._live().call(
            Method.CHECK_FRIEND,
            CheckFriendParams(user_id_list(user_ids), check_type),
            FriendCheckResultList,
            lambda answer: answer.result_list,
        )

    async def get_friend_application_list(self) -> FriendApplicationList:
        """Return the friend requests that came in and were sent out, the newest first."""
        return await self._live().call(
            Method.GET_FRIEND_APPLICATION_LIST, Empty(), FriendApplicationList, lambda found: found
        )

    async def accept_friend_application(
        self,
        user_id: str,
        accept_type: FriendAcceptType = FriendAcceptType.AGREE_AND_ADD,
        *,
        friend_remark: str = "",
    ) -> None:
        """Agree to a friend request that came in.

        Args:
            user_id: Who asked.
            accept_type: Whether oneself comes on their list only, or they on one's own too.
            friend_remark: What one calls them if they come on one's own, at most 96 bytes.

        Raises:
            IMError: 6017, 9002; 30614 if there is none; 30010 or 30014 if a list is full.
        """
        await self._change(
            Method.ACCEPT_FRIEND_APPLICATION,
            AcceptFriendApplicationParams(user_id, accept_type, friend_remark),
        )

    async def refuse_friend_application(self, user_id: str) -> None:
        """Refuse a friend request that came in.

        Raises:
            IMError: 6017, or 30614 if there is none.
        """
        await self._change(Method.REFUSE_FRIEND_APPLICATION, FriendApplicationParams(user_id))

    async def delete_friend_application(self, user_id: str) -> None:
        """Take the friend request between oneself and a user away, for both.

        Raises:
            IMError: 6017, or 30614 if there is none.
        """
        await self._change(Method.DELETE_FRIEND_APPLICATION, FriendApplicationParams(user_id))

    async def set_friend_application_read(self) -> None:
        """Note that all friend requests that came in were read."""
        await self._change(Method.SET_FRIEND_APPLICATION_READ, Empty())

    async def create_friend_group(self, group_name: str, user_ids: Iterable[str] = ()) -> None:
        """Make a friend group, with up to 100 friends; who is no friend is left out.

        Raises:
            IMError: 6017; 9005 unless the name has 1 to 30 bytes; 30001 if there is such a group;
                30011 if there are 32.
        """
        params = FriendGroupParams(group_name, user_id_list(user_ids))
        await self._change(Method.CREATE_FRIEND_GROUP, params)

    async def delete_friend_group(self, group_names: Iterable[str]) -> None:
        """Delete 1 to 32 friend groups; those who are in them stay friends.

        Raises:
            IMError: 6017, or 30001 if none of them is there.
        """
        if isinstance(group_names, str):
            raise invalid_parameters("groupNameList", "expected a list of names, got one text")
        params = DeleteFriendGroupParams(list(group_names))
        await self._change(Method.DELETE_FRIEND_GROUP, params)

    async def rename_friend_group(self, old_name: str, new_name: str) -> None:
        """Rename a friend group.

        Raises:
            IMError: 6017; 9005 unless the new name has 1 to 30 bytes; 30001 if there is no such
                group, or another one has the name.
        """
        await self._change(Method.RENAME_FRIEND_GROUP, RenameFriendGroupParams(old_name, new_name))

    async def add_friends_to_friend_group(self, group_name: str, user_ids: Iterable[str]) -> None:
        """Put 1 to 100 friends into a friend group; who is no friend is left out.

        Raises:
            IMError: 6017; 30001 if there is no such group or none of them is a friend.
        """
        params = FriendGroupParams(group_name, user_id_list(user_ids))
        await self._change(Method.ADD_FRIENDS_TO_FRIEND_GROUP, params)

    async def delete_friends_from_friend_group(
        self, group_name: str, user_ids: Iterable[str]
    ) -> None:
        """Take 1 to 100 friends out of a friend group; who is not in it is passed over.

        Raises:
            IMError: 6017, or 30001 if there is no such group.
        """
        params = FriendGroupParams(group_name, user_id_list(user_ids))
        await self._change(Method.DELETE_FRIENDS_FROM_FRIEND_GROUP, params)

    async def get_friend_groups(self) -> list[FriendGroup]:
        """Return the friend groups in the order in which they were made.

        Who is in them is said by ``FriendInfo.friend_groups``.
        """
        return await self._live().call(
            Method.GET_FRIEND_GROUPS,
            Empty(),
            FriendGroupList,
            lambda found: found.friend_group_list,
        )

    async def add_to_black_list(self, user_ids: Iterable[str]) -> None:
        """Block 1 to 100 users: no messages and friend requests from them, and no friendship.

        Raises:
            IMError: 6017; 30001 for oneself; 30003 if all are unknown; 30013 if there would be
                more than 1,000.
        """
        params = UserIDListParams(user_id_list(user_ids))
        await self._change(Method.ADD_TO_BLACK_LIST, params)

    async def delete_from_black_list(self, user_ids: Iterable[str]) -> None:
        """Block 1 to 100 users no longer; who is not blocked is passed over.

        Raises:
            IMError: 6017.
        """
        params = UserIDListParams(user_id_list(user_ids))
        await self._change(Method.DELETE_FROM_BLACK_LIST, params)

    async def get_black_list(self) -> list[str]:
        """Return who is blocked, the earliest first."""
        return await self._live().call(
            Method.GET_BLACK_LIST, Empty(), UserIDList, lambda found: found.user_id_list
        )

    async def set_self_info(
        self,
        nick_name: str | None = None,
        self_signature: str | None = None,
        allow_type: FriendAllowType | None = None,
    ) -> None:
        """Change one's own profile; what is None stays as it is.

        Args:
            nick_name: At most 500 bytes; empty for none.
            self_signature: At most 500 bytes; empty for none.
            allow_type: Who becomes a friend by asking.

        Raises:
            IMError: 6017 for controls; 40601 for a text that is too long.
        """
        params = SetSelfInfoParams(nick_name, self_signature, allow_type)
        await self._change(Method.SET_SELF_INFO, params)

    async def get_users_info(self, user_ids: Iterable[str]) -> list[UserFullInfo]:
        """Return the profiles of 1 to 100 users in their order, without unknown accounts.

        Raises:
            IMError: 6017, or 40003 if all are unknown.
        """
        return await self._live().call(
            Method.GET_USERS_INFO,
            UserIDListParams(user_id_list(user_ids)),
            UserInfoList,
            lambda answer: answer.user_info_list,
        )

    async def _change(self, method: Method, params: Struct) -> None:
        await self._live().call(method, params, Empty, _ignore)

    def _live(self) -> "Session":
        raise NotImplementedError


def user_id_list(user_ids: Iterable[str]) -> list[str]:
    """Return user IDs as a list.

    Raises:
        IMError: 6017 for one text, whose letters would be taken for IDs.
    """
    if isinstance(user_ids, str):
        raise invalid_parameters("userIDList", "expected a list of user IDs, got one text")
    return list(user_ids)


def _ignore(_: Empty) -> None:
    pass
