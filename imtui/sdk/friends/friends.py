"""The friends of one account as its listeners know them, and the pushes about friendship."""

from collections.abc import Iterable
from functools import partial
from typing import Final

from msgspec import structs

from imtui.protocol.friendship import (
    DeleteFriendGroupParams,
    FriendApplicationList,
    FriendGroupParams,
    RenameFriendGroupParams,
)
from imtui.protocol.messages import (
    Empty,
    FriendInfo,
    FriendInfoList,
    FriendListPage,
    GetFriendListParams,
    Method,
    Push,
    UserIDList,
)
from imtui.protocol.profiles import SelfInfo
from imtui.sdk.failures import unreadable
from imtui.sdk.friends.friend_list import FriendList, FriendListing
from imtui.sdk.link.capability import Capability, push_handler
from imtui.sdk.link.link import Link
from imtui.sdk.listener import IMSDKListener, Listeners
from imtui.sdk.presence.presence import Presence

_PAGES_MAX: Final = 64


class Friends(Capability):
    """Keeps the friend list up to date, and notifies listeners of all that concerns friendship.

    Friend requests, the blocklist and the own profile are not kept: an app that shows them asks
    for them whenever there is a connection.
    """

    def __init__(self, link: Link, listeners: Listeners, presence: Presence) -> None:
        """Start without a list.

        Args:
            link: Where to ask the backend.
            listeners: Notified of changes.
            presence: Knows the friends' statuses.
        """
        self.link = link
        self._listeners = listeners
        self._presence = presence
        presence.follow(self)
        self._list = FriendList()
        self.push_handlers = {
            Push.FRIEND_LIST_ADDED: push_handler(FriendInfoList, self._added),
            Push.FRIEND_LIST_DELETED: push_handler(UserIDList, self._deleted),
            Push.FRIEND_INFO_CHANGED: push_handler(FriendInfoList, self._info_changed),
            Push.FRIEND_APPLICATION_LIST_ADDED: push_handler(
                FriendApplicationList, self._applications_added
            ),
            Push.FRIEND_APPLICATION_LIST_DELETED: push_handler(
                UserIDList, self._applications_deleted
            ),
            Push.FRIEND_APPLICATION_LIST_READ: push_handler(Empty, self._applications_read),
            Push.FRIEND_GROUP_CREATED: push_handler(FriendGroupParams, self._group_created),
            Push.FRIEND_GROUP_DELETED: push_handler(DeleteFriendGroupParams, self._groups_deleted),
            Push.FRIEND_GROUP_NAME_CHANGED: push_handler(
                RenameFriendGroupParams, self._group_renamed
            ),
            Push.FRIENDS_ADDED_TO_GROUP: push_handler(FriendGroupParams, self._added_to_group),
            Push.FRIENDS_DELETED_FROM_GROUP: push_handler(
                FriendGroupParams, self._deleted_from_group
            ),
            Push.BLACK_LIST_ADDED: push_handler(UserIDList, self._blocked),
            Push.BLACK_LIST_DELETED: push_handler(UserIDList, self._unblocked),
            Push.SELF_INFO_UPDATED: push_handler(SelfInfo, self._self_info_updated),
            Push.RESYNC_NEEDED: push_handler(Empty, self._pushes_dropped),
        }

    def __contains__(self, user_id: str) -> bool:
        """Return whether a user is known to be a friend."""
        return user_id in self._list

    def open(self, user_id: str) -> None:
        """Start without a list."""
        self._list = FriendList()

    def begin_login(self) -> None:
        """Mark the list as outdated."""
        self._list.begin_login()

    async def refresh(self) -> None:
        """List the friends again, and notify listeners also of statuses that they never had."""
        await self.list_all(notify_new=True)

    async def list_all(self, *, notify_new: bool = False) -> list[FriendInfo]:
        """Return all friends by ID, with their newest statuses.

        Args:
            notify_new: Also notify listeners of statuses that they never had.

        Raises:
            IMError: As for any call; 6001 if the pages have no end.
        """
        cursor = ""
        with self._list.listing() as listing:
            for _ in range(_PAGES_MAX):
                page = await self.link.call(
                    Method.GET_FRIEND_LIST,
                    GetFriendListParams(cursor),
                    FriendListPage,
                    partial(self._apply_page, listing, notify_new),
                )
                if page.next_cursor is None:
                    return self._with_newest_status(listing[user_id] for user_id in sorted(listing))
                cursor = page.next_cursor
        raise unreadable()

    def with_known_status(self, friend: FriendInfo) -> FriendInfo:
        """Return a friend with the newest known status, or without one."""
        return structs.replace(friend, user_status=self._presence.statuses.get(friend.user_id))

    def _apply_page(
        self, listing: FriendListing, notify_new: bool, page: FriendListPage
    ) -> FriendListPage:
        listing.update((friend.user_id, friend) for friend in page.friend_info_list)
        statuses = [f.user_status for f in page.friend_info_list if f.user_status is not None]
        answered = self._presence.statuses.answered(statuses, lambda _: True, notify_new=notify_new)
        # The event that announces a new friend carries the status, too.
        self._presence.notify(
            [s for s in answered.differing if not self._list.is_unannounced(s.user_id)]
        )
        if page.next_cursor is None:
            self._apply_listing(listing)
        return page

    def _apply_listing(self, listing: FriendListing) -> None:
        differences = self._list.listed(listing)
        if differences.added:
            added = self._with_newest_status(differences.added)
            self._listeners.notify(IMSDKListener.on_friend_list_added, added)
        if differences.deleted:
            self._listeners.notify(IMSDKListener.on_friend_list_deleted, differences.deleted)
        if differences.changed:
            changed = self._with_newest_status(differences.changed)
            self._listeners.notify(IMSDKListener.on_friend_info_changed, changed)

    def _with_newest_status(self, friends: Iterable[FriendInfo]) -> list[FriendInfo]:
        """Replace the statuses of friends that the backend sent with one."""
        newest: list[FriendInfo] = []
        for friend in friends:
            if friend.user_status is not None:
                status = self._presence.statuses.get(friend.user_id) or friend.user_status
                friend = structs.replace(friend, user_status=status)
            newest.append(friend)
        return newest

    def _pushes_dropped(self, push: Empty) -> None:
        self._list.begin_login()

    def _added(self, push: FriendInfoList) -> None:
        friends = push.friend_info_list
        self._list.added(friends)
        self._presence.statuses.pushed(
            friend.user_status for friend in friends if friend.user_status is not None
        )
        added = self._with_newest_status(friends)
        self._listeners.notify(IMSDKListener.on_friend_list_added, added)

    def _deleted(self, push: UserIDList) -> None:
        self._list.deleted(push.user_id_list)
        self._presence.forget_unless_followed(push.user_id_list)
        self._listeners.notify(IMSDKListener.on_friend_list_deleted, push.user_id_list)

    def _info_changed(self, push: FriendInfoList) -> None:
        self._list.changed(push.friend_info_list)
        friends = [self.with_known_status(friend) for friend in push.friend_info_list]
        self._listeners.notify(IMSDKListener.on_friend_info_changed, friends)

    def _applications_added(self, push: FriendApplicationList) -> None:
        added = push.friend_application_list
        self._listeners.notify(IMSDKListener.on_friend_application_list_added, added)

    def _applications_deleted(self, push: UserIDList) -> None:
        deleted = push.user_id_list
        self._listeners.notify(IMSDKListener.on_friend_application_list_deleted, deleted)

    def _applications_read(self, push: Empty) -> None:
        self._listeners.notify(IMSDKListener.on_friend_application_list_read)

    def _group_created(self, push: FriendGroupParams) -> None:
        self._put_into_group(push)
        event = IMSDKListener.on_friend_group_created
        self._listeners.notify(event, push.group_name, push.user_id_list)

    def _groups_deleted(self, push: DeleteFriendGroupParams) -> None:
        names = push.group_name_list
        self._list.regrouped(None, lambda groups: groups.difference(names))
        self._listeners.notify(IMSDKListener.on_friend_group_deleted, names)

    def _group_renamed(self, push: RenameFriendGroupParams) -> None:
        old, new = push.old_name, push.new_name
        self._list.regrouped(
            None, lambda groups: groups - {old} | {new} if old in groups else groups
        )
        self._listeners.notify(IMSDKListener.on_friend_group_name_changed, old, new)

    def _added_to_group(self, push: FriendGroupParams) -> None:
        self._put_into_group(push)
        event = IMSDKListener.on_friends_added_to_group
        self._listeners.notify(event, push.group_name, push.user_id_list)

    def _deleted_from_group(self, push: FriendGroupParams) -> None:
        self._list.regrouped(push.user_id_list, lambda groups: groups - {push.group_name})
        event = IMSDKListener.on_friends_deleted_from_group
        self._listeners.notify(event, push.group_name, push.user_id_list)

    def _blocked(self, push: UserIDList) -> None:
        self._listeners.notify(IMSDKListener.on_black_list_added, push.user_id_list)

    def _unblocked(self, push: UserIDList) -> None:
        self._listeners.notify(IMSDKListener.on_black_list_deleted, push.user_id_list)

    def _self_info_updated(self, push: SelfInfo) -> None:
        self._listeners.notify(IMSDKListener.on_self_info_updated, push.user_info)

    def _put_into_group(self, push: FriendGroupParams) -> None:
        self._list.regrouped(push.user_id_list, lambda groups: groups | {push.group_name})
