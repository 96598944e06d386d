"""What the SDK tells, and to whom."""

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
    """What a client tells; override what you need.

    All methods are called in the event loop's thread and have to return soon. An exception in one
    is logged and hurts nobody else.
    """

    def on_connecting(self) -> None:
        """An attempt to connect begins."""

    def on_connect_success(self) -> None:
        """The client is connected and logged in."""

    def on_connect_failed(self, code: int, message: str) -> None:
        """The client could not connect or log in, and stops trying; it is logged out."""

    def on_reconnect_scheduled(self, delay: float) -> None:
        """There is no connection; the next attempt begins in ``delay`` seconds."""

    def on_kicked_offline(self) -> None:
        """Another login of the account ended this one; the client is logged out."""

    def on_user_sig_expired(self) -> None:
        """Reconnecting needs a new UserSig; the client is logged out."""

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        """Statuses of oneself, of friends or of subscribed users changed."""

    def on_self_devices_changed(self, devices: list[SelfDevice]) -> None:
        """The connected devices of one's own account are now these, the earliest login first."""

    def on_subscriptions_changed(
        self, added: list[str], removed: list[str], reason: SubscriptionReason
    ) -> None:
        """The account's subscriptions changed, on this device or another."""

    def on_console_changed(self, settings: ConsoleSettings) -> None:
        """The console's settings that decide what can be learned of others changed.

        What is known of friends and subscribed users may no longer be kept up to date, or may be
        learned again: list the friends and query the subscribed users anew.
        """

    def on_friend_list_added(self, friends: list[FriendInfo]) -> None:
        """Users were added to the friend list."""

    def on_friend_list_deleted(self, user_ids: list[str]) -> None:
        """Users were deleted from the friend list."""

    def on_friend_info_changed(self, friends: list[FriendInfo]) -> None:
        """Friends have another remark, nick name or signature; with their last known statuses.

        After a reconnect friends whose groups changed meanwhile are told as well.
        """

    def on_friend_application_list_added(self, applications: list[FriendApplication]) -> None:
        """Friend requests came in or were sent out, on any device; a renewed one replaces the old.

        Those that came while there was no connection are told by nobody: once connected, whoever
        shows friend requests asks ``get_friend_application_list``.
        """

    def on_friend_application_list_deleted(self, user_ids: list[str]) -> None:
        """The friend requests between oneself and these users are agreed to, refused or gone."""

    def on_friend_application_list_read(self) -> None:
        """All friend requests that came in were read, on this device or another."""

    def on_friend_group_created(self, group_name: str, user_ids: list[str]) -> None:
        """A friend group was made, with these friends in it."""

    def on_friend_group_deleted(self, group_names: list[str]) -> None:
        """Friend groups were deleted; those who were in them are still friends."""

    def on_friend_group_name_changed(self, old_name: str, new_name: str) -> None:
        """A friend group has another name."""

    def on_friends_added_to_group(self, group_name: str, user_ids: list[str]) -> None:
        """Friends were put into a friend group."""

    def on_friends_deleted_from_group(self, group_name: str, user_ids: list[str]) -> None:
        """Friends were taken out of a friend group; not told for those who are friends no more."""

    def on_black_list_added(self, user_ids: list[str]) -> None:
        """Users were blocked, on this device or another."""

    def on_black_list_deleted(self, user_ids: list[str]) -> None:
        """Users are blocked no longer."""

    def on_self_info_updated(self, info: UserFullInfo) -> None:
        """One's own profile changed, on this device or another, and is now this."""

    def on_recv_new_message(self, message: Message) -> None:
        """A message came: from somebody else, or from another device of one's own.

        Each is told once, in the order of ``seq`` within a conversation; those that came while
        there was no connection as well. One with ``online_user_only`` has no ``seq``. One that
        was recalled before this device heard of it is told by ``on_messages_changed`` alone.
        """

    def on_message_sent(self, message: Message) -> None:
        """The backend has taken a message of this device; it has its seq and timestamp now."""

    def on_message_send_failed(self, message: Message, code: int, text: str) -> None:
        """A queued message was refused; it stays in the outbox until resent or discarded."""

    def on_messages_changed(self, messages: list[Message]) -> None:
        """Messages were recalled or deleted, as their status says; no contents are left."""

    def on_recv_c2c_read_receipt(self, receipts: list[ReadReceipt]) -> None:
        """Others have read what was written to them."""

    def on_conversation_changed(self, conversations: list[ConversationInfo]) -> None:
        """Conversations are new, or differ in anything but their version.

        Of one that was deleted nothing is left: no ``last_message``, and nothing unread. Whatever
        is shown of a conversation at or below its ``cleared_seq`` is to be dropped.
        """

    def on_total_unread_message_count_changed(self, count: int) -> None:
        """So many messages are unread now, those of muted conversations left out."""

    def on_sync_server_start(self) -> None:
        """What changed in the conversations while there was no connection is being fetched.

        Its finish or failure follows, unless the connection is lost meanwhile.
        """

    def on_sync_server_finish(self) -> None:
        """The conversations are as they are at the backend."""

    def on_sync_server_failed(self) -> None:
        """The conversations could not be brought up to date; it is tried again if that helps."""


class Listeners:
    """The listeners of one client, told in the order in which they were added."""

    def __init__(self) -> None:
        """Begin with none."""
        self._listeners: list[IMSDKListener] = []

    def add(self, listener: IMSDKListener) -> None:
        """Add a listener; one that is there already is not added again."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def remove(self, listener: IMSDKListener) -> None:
        """Remove a listener, if it is there; from now on it is told nothing."""
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
