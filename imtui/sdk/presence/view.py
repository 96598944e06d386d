"""What the listeners of one account see: pushes and answers go in, what is news is told."""

import logging
from collections.abc import Callable
from typing import Any, Final

import msgspec
from msgspec import UnsetType, structs

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Incoming
from imtui.protocol.messages import (
    ConsoleSettings,
    FriendInfo,
    FriendInfoList,
    FriendListPage,
    Push,
    SelfDevices,
    SubscriptionReason,
    Subscriptions,
    SubscriptionsChanged,
    UserIDList,
    UserStatusList,
)
from imtui.protocol.status import UserStatus
from imtui.sdk.friends.friend_list import FriendList, FriendListing
from imtui.sdk.friends.friendship_view import FRIENDSHIP_READERS, FriendshipView
from imtui.sdk.listener import IMSDKListener, Listeners
from imtui.sdk.presence.known_statuses import KnownStatuses
from imtui.sdk.presence.subscription_list import SubscriptionList

_log = logging.getLogger(__name__)

_READERS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    Push.USER_STATUS_CHANGED: msgspec.json.Decoder(UserStatusList),
    Push.SELF_DEVICES_CHANGED: msgspec.json.Decoder(SelfDevices),
    Push.SUBSCRIPTIONS_CHANGED: msgspec.json.Decoder(SubscriptionsChanged),
    Push.CONSOLE_CHANGED: msgspec.json.Decoder(ConsoleSettings),
    Push.FRIEND_LIST_ADDED: msgspec.json.Decoder(FriendInfoList),
    Push.FRIEND_LIST_DELETED: msgspec.json.Decoder(UserIDList),
    **FRIENDSHIP_READERS,
}


class View:
    """The statuses, friends and subscriptions of one account as its listeners were told.

    All methods are called in the order in which the messages came, and do no input or output.
    """

    def __init__(self, user_id: str, listeners: Listeners) -> None:
        """Begin with nothing; ``user_id`` is the account itself."""
        self._user_id = user_id
        self._listeners = listeners
        self._statuses = KnownStatuses(user_id)
        self.friends = FriendList()
        self.subscriptions = SubscriptionList()
        friendship = FriendshipView(listeners, self.friends, self.with_known_status)
        self._takers: Final[dict[str, Callable[[Any], None]]] = {
            Push.USER_STATUS_CHANGED: self._statuses_pushed,
            Push.SELF_DEVICES_CHANGED: self._self_devices_pushed,
            Push.SUBSCRIPTIONS_CHANGED: self._subscriptions_pushed,
            Push.CONSOLE_CHANGED: self._console_pushed,
            Push.FRIEND_LIST_ADDED: self._friends_added,
            Push.FRIEND_LIST_DELETED: self._friends_deleted,
            **friendship.takers,
        }

    def begin_login(self) -> None:
        """Doubt everything, as a new login begins."""
        self._statuses.forget_revisions()
        self.friends.doubt()
        self.subscriptions.doubt()

    def logged_in(self, self_status: UserStatus) -> None:
        """Take the own status in the answer to the login."""
        answered = self._statuses.answered([self_status], self._follows, tell_new=True)
        self._tell_statuses(answered.differing)

    def lost(self, now: int) -> None:
        """Tell that without a connection one is OFFLINE; ``now`` in Unix milliseconds."""
        self._tell_statuses([self._statuses.lose_connection(now)])

    def push(self, incoming: Incoming) -> IMError | None:
        """Take a push; return 6208 if it says that this device was kicked offline."""
        if incoming.method == Push.KICKED_OFFLINE:
            return IMError(ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER)
        method = incoming.method or ""
        reader = _READERS.get(method)
        if reader is None:
            return None
        try:
            params = reader.decode(
                b"" if isinstance(incoming.params, UnsetType) else incoming.params
            )
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            _log.warning("The parameters of a push %s cannot be read", method)
            return None
        self._takers[method](params)
        return None

    def statuses_answered(self, answer: UserStatusList) -> list[UserStatus]:
        """Take the answer to a query, and return the newest known status of each in it."""
        answered = self._statuses.answered(answer.user_status_list, self._follows)
        self._tell_statuses(answered.differing)
        return answered.statuses

    def statuses_resynced(self, answer: UserStatusList) -> None:
        """Take the answer to a query that the SDK made by itself after a reconnect."""
        answered = self._statuses.answered(answer.user_status_list, self._follows, tell_new=True)
        self._tell_statuses(answered.differing)

    def friends_page(
        self, listing: FriendListing, resync: bool, page: FriendListPage
    ) -> FriendListPage:
        """Take a page of the friend list into ``listing``, complete with the last; return it."""
        listing.update((friend.user_id, friend) for friend in page.friend_info_list)
        statuses = [f.user_status for f in page.friend_info_list if f.user_status is not None]
        answered = self._statuses.answered(statuses, lambda _: True, tell_new=resync)
        # A friend whom listeners miss is told with the status, below.
        self._tell_statuses([s for s in answered.differing if not self.friends.is_news(s.user_id)])
        if page.next_cursor is None:
            missing, gone, differing = self.friends.listed(listing)
            if missing:
                friends = [self._newest(friend) for friend in missing]
                self._listeners.tell(IMSDKListener.on_friend_list_added, friends)
            if gone:
                self._listeners.tell(IMSDKListener.on_friend_list_deleted, gone)
            if differing:
                friends = [self._newest(friend) for friend in differing]
                self._listeners.tell(IMSDKListener.on_friend_info_changed, friends)
        return page

    def friends_listed(self, listing: FriendListing) -> list[FriendInfo]:
        """Return the friends of a complete listing by ID, with their newest statuses."""
        return [self._newest(listing[user_id]) for user_id in sorted(listing)]

    def with_known_status(self, friend: FriendInfo) -> FriendInfo:
        """Return what is known of a user with the newest known status, if there is one."""
        return structs.replace(friend, user_status=self._statuses.get(friend.user_id))

    def subscriptions_listed(self, answer: Subscriptions) -> Subscriptions:
        """Take the answer with the subscriptions, and return it."""
        added, removed = self.subscriptions.listed(answer.user_id_list)
        if added or removed:
            self._listeners.tell(
                IMSDKListener.on_subscriptions_changed, added, removed, SubscriptionReason.RESYNC
            )
        return answer

    def doubtful(self, user_ids: list[str]) -> list[str]:
        """Return those of the users whose status was not learned since the login."""
        doubtful = set(self._statuses.doubtful())
        return [user for user in user_ids if user in doubtful or user not in self._statuses]

    def resynced(self) -> None:
        """Make UNKNOWN what the resync did not learn, so that no listener keeps what is stale."""
        self._tell_statuses(self._statuses.give_up_doubtful())
        for user_id in self._statuses.doubtful():
            self._drop_unless_followed(user_id)

    def _statuses_pushed(self, push: UserStatusList) -> None:
        self._tell_statuses(self._statuses.pushed(push.user_status_list))

    def _self_devices_pushed(self, push: SelfDevices) -> None:
        self._listeners.tell(IMSDKListener.on_self_devices_changed, push.devices)

    def _subscriptions_pushed(self, push: SubscriptionsChanged) -> None:
        self.subscriptions.changed(push.added, push.removed)
        for user_id in push.removed:
            self._drop_unless_followed(user_id)
        self._listeners.tell(
            IMSDKListener.on_subscriptions_changed, push.added, push.removed, push.reason
        )

    def _console_pushed(self, push: ConsoleSettings) -> None:
        self._listeners.tell(IMSDKListener.on_console_changed, push)

    def _friends_added(self, push: FriendInfoList) -> None:
        friends = push.friend_info_list
        self.friends.added(friends)
        self._statuses.pushed(f.user_status for f in friends if f.user_status is not None)
        newest = [self._newest(friend) for friend in friends]
        self._listeners.tell(IMSDKListener.on_friend_list_added, newest)

    def _friends_deleted(self, push: UserIDList) -> None:
        self.friends.deleted(push.user_id_list)
        for user_id in push.user_id_list:
            self._drop_unless_followed(user_id)
        self._listeners.tell(IMSDKListener.on_friend_list_deleted, push.user_id_list)

    def _tell_statuses(self, statuses: list[UserStatus]) -> None:
        if statuses:
            self._listeners.tell(IMSDKListener.on_user_status_changed, statuses)

    def _newest(self, friend: FriendInfo) -> FriendInfo:
        if friend.user_status is None:
            return friend
        newest = self._statuses.get(friend.user_id) or friend.user_status
        return structs.replace(friend, user_status=newest)

    def _follows(self, user_id: str) -> bool:
        return user_id == self._user_id or user_id in self.friends or user_id in self.subscriptions

    def _drop_unless_followed(self, user_id: str) -> None:
        if not self._follows(user_id):
            self._statuses.drop(user_id)
