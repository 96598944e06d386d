"""What listeners are told of friendship and profiles, beside the friend list itself."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from imtui.protocol.friendship import (
    DeleteFriendGroupParams,
    FriendApplicationList,
    FriendGroupParams,
    RenameFriendGroupParams,
)
from imtui.protocol.messages import Empty, FriendInfo, FriendInfoList, Push, UserIDList
from imtui.protocol.profiles import SelfInfo
from imtui.sdk.friends.friend_list import FriendList
from imtui.sdk.listener import IMSDKListener, Listeners

FRIENDSHIP_READERS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    Push.FRIEND_INFO_CHANGED: msgspec.json.Decoder(FriendInfoList),
    Push.FRIEND_APPLICATION_LIST_ADDED: msgspec.json.Decoder(FriendApplicationList),
    Push.FRIEND_APPLICATION_LIST_DELETED: msgspec.json.Decoder(UserIDList),
    Push.FRIEND_APPLICATION_LIST_READ: msgspec.json.Decoder(Empty),
    Push.FRIEND_GROUP_CREATED: msgspec.json.Decoder(FriendGroupParams),
    Push.FRIEND_GROUP_DELETED: msgspec.json.Decoder(DeleteFriendGroupParams),
    Push.FRIEND_GROUP_NAME_CHANGED: msgspec.json.Decoder(RenameFriendGroupParams),
    Push.FRIENDS_ADDED_TO_GROUP: msgspec.json.Decoder(FriendGroupParams),
    Push.FRIENDS_DELETED_FROM_GROUP: msgspec.json.Decoder(FriendGroupParams),
    Push.BLACK_LIST_ADDED: msgspec.json.Decoder(UserIDList),
    Push.BLACK_LIST_DELETED: msgspec.json.Decoder(UserIDList),
    Push.SELF_INFO_UPDATED: msgspec.json.Decoder(SelfInfo),
}
"""What reads the parameters of each push."""


class FriendshipView:
    """Keeps what is known of the friends right, and tells the listeners.

    Of friend requests, the blocklist and the own profile nothing is kept: whoever shows them asks
    for them when there is a connection.
    """

    def __init__(
        self,
        listeners: Listeners,
        friends: FriendList,
        with_status: Callable[[FriendInfo], FriendInfo],
    ) -> None:
        """Tell ``listeners`` of ``friends``, with the statuses that ``with_status`` puts in."""
        self._listeners = listeners
        self._friends = friends
        self._with_status = with_status
        self.takers: Final[dict[str, Callable[[Any], None]]] = {
            Push.FRIEND_INFO_CHANGED: self._info_changed,
            Push.FRIEND_APPLICATION_LIST_ADDED: self._applications_added,
            Push.FRIEND_APPLICATION_LIST_DELETED: self._applications_deleted,
            Push.FRIEND_APPLICATION_LIST_READ: self._applications_read,
            Push.FRIEND_GROUP_CREATED: self._group_created,
            Push.FRIEND_GROUP_DELETED: self._groups_deleted,
            Push.FRIEND_GROUP_NAME_CHANGED: self._group_renamed,
            Push.FRIENDS_ADDED_TO_GROUP: self._grouped,
            Push.FRIENDS_DELETED_FROM_GROUP: self._ungrouped,
            Push.BLACK_LIST_ADDED: self._blocked,
            Push.BLACK_LIST_DELETED: self._unblocked,
            Push.SELF_INFO_UPDATED: self._self_info_updated,
        }
        """What takes the parameters of each push."""

    def _info_changed(self, push: FriendInfoList) -> None:
        self._friends.changed(push.friend_info_list)
        friends = [self._with_status(friend) for friend in push.friend_info_list]
        self._listeners.tell(IMSDKListener.on_friend_info_changed, friends)

    def _applications_added(self, push: FriendApplicationList) -> None:
        added = push.friend_application_list
        self._listeners.tell(IMSDKListener.on_friend_application_list_added, added)

    def _applications_deleted(self, push: UserIDList) -> None:
        gone = push.user_id_list
        self._listeners.tell(IMSDKListener.on_friend_application_list_deleted, gone)

    def _applications_read(self, push: Empty) -> None:
        self._listeners.tell(IMSDKListener.on_friend_application_list_read)

    def _group_created(self, push: FriendGroupParams) -> None:
        self._put(push)
        event = IMSDKListener.on_friend_group_created
        self._listeners.tell(event, push.group_name, push.user_id_list)

    def _groups_deleted(self, push: DeleteFriendGroupParams) -> None:
        names = push.group_name_list
        self._friends.regrouped(None, lambda groups: groups.difference(names))
        self._listeners.tell(IMSDKListener.on_friend_group_deleted, names)

    def _group_renamed(self, push: RenameFriendGroupParams) -> None:
        old, new = push.old_name, push.new_name
        self._friends.regrouped(
            None, lambda groups: groups - {old} | {new} if old in groups else groups
        )
        self._listeners.tell(IMSDKListener.on_friend_group_name_changed, old, new)

    def _grouped(self, push: FriendGroupParams) -> None:
        self._put(push)
        event = IMSDKListener.on_friends_added_to_group
        self._listeners.tell(event, push.group_name, push.user_id_list)

    def _ungrouped(self, push: FriendGroupParams) -> None:
        self._friends.regrouped(push.user_id_list, lambda groups: groups - {push.group_name})
        event = IMSDKListener.on_friends_deleted_from_group
        self._listeners.tell(event, push.group_name, push.user_id_list)

    def _blocked(self, push: UserIDList) -> None:
        self._listeners.tell(IMSDKListener.on_black_list_added, push.user_id_list)

    def _unblocked(self, push: UserIDList) -> None:
        self._listeners.tell(IMSDKListener.on_black_list_deleted, push.user_id_list)

    def _self_info_updated(self, push: SelfInfo) -> None:
        self._listeners.tell(IMSDKListener.on_self_info_updated, push.user_info)

    def _put(self, push: FriendGroupParams) -> None:
        self._friends.regrouped(push.user_id_list, lambda groups: groups | {push.group_name})
