"""The events of the SDK, and the listeners that are notified of them."""

import logging
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from imtui.protocol.chat import Message, ReadReceipt
from imtui.protocol.friendship import FriendApplication
from imtui.protocol.messages import ConsoleSettings, FriendInfo, SelfDevice, SubscriptionReason
from imtui.protocol.profiles import UserFullInfo
from imtui.protocol.status import UserStatus
from imtui.sdk.conversation_info import ConversationInfo

_log = logging.getLogger(__name__)

P = ParamSpec("P")


class IMSDKListener:
    """The events of a client; override the ones you need.

    All methods are called in the thread of the event loop and have to return soon. An exception in
    one is logged and affects no other listener.
    """

    def on_connecting(self) -> None:
        """An attempt to connect begins."""

    def on_connect_success(self) -> None:
        """The client is connected and logged in."""

    def on_connect_failed(self, code: int, message: str) -> None:
        """The client could not connect or log in, and has given up; it is logged out."""

    def on_reconnect_scheduled(self, delay: float) -> None:
        """There is no connection; the next attempt begins in ``delay`` seconds."""

    def on_kicked_offline(self) -> None:
        """Another login of the account ended this one; the client is logged out."""

    def on_user_sig_expired(self) -> None:
        """Reconnecting needs a new UserSig; the client is logged out."""

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        """The status of the account itself, of friends or of subscribed users changed."""

    def on_self_devices_changed(self, devices: list[SelfDevice]) -> None:
        """The connected devices of the own account changed; the earliest login comes first."""

    def on_subscriptions_changed(
        self, added: list[str], removed: list[str], reason: SubscriptionReason
    ) -> None:
        """The account's subscriptions changed, on this device or another."""

    def on_console_changed(self, settings: ConsoleSettings) -> None:
        """The console settings that decide what clients can learn of other users changed.

        The statuses of friends and subscribed users may not be updated any more, or may be
        available again: list the friends and query the subscribed users.
        """

    def on_friend_list_added(self, friends: list[FriendInfo]) -> None:
        """Users were added to the friend list."""

    def on_friend_list_deleted(self, user_ids: list[str]) -> None:
        """Users were deleted from the friend list."""

    def on_friend_info_changed(self, friends: list[FriendInfo]) -> None:
        """Friends have another remark, nick name or signature; with their last known statuses.

        After a reconnect, friends whose groups changed meanwhile are included.
        """

    def on_friend_application_list_added(self, applications: list[FriendApplication]) -> None:
        """Friend requests were received, or sent by any device; a renewed one replaces the old.

        Requests that came while there was no connection are not included: an app that shows them
        calls ``get_friend_application_list`` at each ``on_connect_success``.
        """

    def on_friend_application_list_deleted(self, user_ids: list[str]) -> None:
        """Friend requests from or to these users were accepted, refused or deleted."""

    def on_friend_application_list_read(self) -> None:
        """All received friend requests were marked as read, on this device or another."""

    def on_friend_group_created(self, group_name: str, user_ids: list[str]) -> None:
        """A friend group was created, with these friends in it."""

    def on_friend_group_deleted(self, group_names: list[str]) -> None:
        """Friend groups were deleted; their members are still friends."""

    def on_friend_group_name_changed(self, old_name: str, new_name: str) -> None:
        """A friend group was renamed."""

    def on_friends_added_to_group(self, group_name: str, user_ids: list[str]) -> None:
        """Friends were put into a friend group."""

    def on_friends_deleted_from_group(self, group_name: str, user_ids: list[str]) -> None:
        """Friends were removed from a friend group; deleted friends are not included."""

    def on_black_list_added(self, user_ids: list[str]) -> None:
        """Users were blocked, on this device or another."""

    def on_black_list_deleted(self, user_ids: list[str]) -> None:
        """Users were unblocked, on this device or another."""

    def on_self_info_updated(self, info: UserFullInfo) -> None:
        """The own profile changed, on this device or another."""

    def on_recv_new_message(self, message: Message) -> None:
        """A message was received from another user, or from another device of the account.

        Each message is reported once, in the order of ``seq`` within a conversation, also if it
        was sent while there was no connection. A message with ``online_user_only`` has no ``seq``.
        If its contents were erased before this device received it, only ``on_messages_changed``
        reports it.
        """

    def on_message_sent(self, message: Message) -> None:
        """The backend has accepted a message of this device and set its seq and timestamp."""

    def on_message_send_failed(self, message: Message, code: int, text: str) -> None:
        """The backend refused a queued message; it stays in the outbox for a retry or discard."""

    def on_messages_changed(self, messages: list[Message]) -> None:
        """Messages changed after they were received or sent.

        Their status says whether they are still there; otherwise no contents are left.
        """

    def on_recv_c2c_read_receipt(self, receipts: list[ReadReceipt]) -> None:
        """Other users have read messages of this account."""

    def on_conversation_changed(self, conversations: list[ConversationInfo]) -> None:
        """Conversations are new, or changed in anything but their version.

        A deleted conversation has no ``last_message`` and no unread messages. An app removes
        messages up to ``cleared_seq`` from the screen.
        """

    def on_total_unread_message_count_changed(self, count: int) -> None:
        """The number of unread messages changed; muted conversations do not count."""

    def on_sync_server_start(self) -> None:
        """The client starts to fetch what changed in the conversations without a connection.

        ``on_sync_server_finish`` or ``on_sync_server_failed`` follows, unless the connection is
        lost meanwhile.
        """

    def on_sync_server_finish(self) -> None:
        """The conversations are up to date."""

    def on_sync_server_failed(self) -> None:
        """The conversations could not be brought up to date; the client retries if it can help."""


class Listeners:
    """The listeners of one client, notified in the order in which they were added."""

    def __init__(self) -> None:
        """Start without listeners."""
        self._listeners: list[IMSDKListener] = []

    def add(self, listener: IMSDKListener) -> None:
        """Add a listener, unless it was added before."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def remove(self, listener: IMSDKListener) -> None:
        """Remove a listener, if it is there; from now on it is not notified of anything."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def notify(
        self,
        event: Callable[Concatenate[IMSDKListener, P], None],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Call the method named by ``event`` on each listener."""
        for listener in tuple(self._listeners):
            if listener not in self._listeners:
                continue
            try:
                getattr(listener, event.__name__)(*args, **kwargs)
            except Exception:
                _log.exception("A listener failed in %s", event.__name__)
