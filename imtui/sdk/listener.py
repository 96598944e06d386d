"""The events of the SDK, and the listeners that are notified of them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec

from imtui.protocol.chat import Message, ReadReceipt
from imtui.protocol.friendship import FriendApplication
from imtui.protocol.messages import ConsoleSettings, FriendInfo, SelfDevice, SubscriptionReason
from imtui.protocol.profiles import UserFullInfo
from imtui.protocol.status import UserStatus
from imtui.sdk.conversation_info import ConversationInfo
from imtui.sdk.coroutine_queue import CoroutineQueue, finish

_log = logging.getLogger(__name__)

P = ParamSpec("P")

Handled = Awaitable[None] | None
"""What a method of a listener returns: nothing, or with ``async def``, what is to be awaited."""


class IMSDKListener:
    """The events of a client; override the ones you need.

    All methods are called in the thread of the event loop and have to return soon. Those that are
    ``async def`` run in the background, for each listener one after the other in the order of the
    events, 10,000 of which may wait. An exception is logged and affects no other listener.
    """

    def on_connecting(self) -> Handled:
        """An attempt to connect begins."""

    def on_connect_success(self) -> Handled:
        """The client is connected and logged in."""

    def on_resync_needed(self) -> Handled:
        """The backend dropped events, because this client did not read them in time.

        The client learns again what it keeps, as after a reconnect, and notifies of what differs.
        An app asks again for what it shows beside that, as at ``on_connect_success``.
        """

    def on_connect_failed(self, code: int, message: str) -> Handled:
        """The client could not connect or log in, and has given up; it is logged out."""

    def on_reconnect_scheduled(self, delay: float) -> Handled:
        """There is no connection; the next attempt begins in ``delay`` seconds."""

    def on_kicked_offline(self) -> Handled:
        """Another login of the account ended this one; the client is logged out."""

    def on_user_sig_expired(self) -> Handled:
        """Reconnecting needs a new UserSig; the client is logged out."""

    def on_user_status_changed(self, statuses: list[UserStatus]) -> Handled:
        """The status of the account itself, of friends or of subscribed users changed."""

    def on_self_devices_changed(self, devices: list[SelfDevice]) -> Handled:
        """The connected devices of the own account changed; the earliest login comes first."""

    def on_subscriptions_changed(
        self, added: list[str], removed: list[str], reason: SubscriptionReason
    ) -> Handled:
        """The account's subscriptions changed, on this device or another."""

    def on_console_changed(self, settings: ConsoleSettings) -> Handled:
        """The console settings that decide what clients can learn of other users changed.

        The statuses of friends and subscribed users may not be updated any more, or may be
        available again: list the friends and query the subscribed users.
        """

    def on_friend_list_added(self, friends: list[FriendInfo]) -> Handled:
        """Users were added to the friend list."""

    def on_friend_list_deleted(self, user_ids: list[str]) -> Handled:
        """Users were deleted from the friend list."""

    def on_friend_info_changed(self, friends: list[FriendInfo]) -> Handled:
        """Friends have another remark, nick name or signature; with their last known statuses.

        After a reconnect, friends whose groups changed meanwhile are included.
        """

    def on_friend_application_list_added(self, applications: list[FriendApplication]) -> Handled:
        """Friend requests were received, or sent by any device; a renewed one replaces the old.

        Requests that came while there was no connection are not included: an app that shows them
        calls ``get_friend_application_list`` at each ``on_connect_success``.
        """

    def on_friend_application_list_deleted(self, user_ids: list[str]) -> Handled:
        """Friend requests from or to these users were accepted, refused or deleted."""

    def on_friend_application_list_read(self) -> Handled:
        """All received friend requests were marked as read, on this device or another."""

    def on_friend_group_created(self, group_name: str, user_ids: list[str]) -> Handled:
        """A friend group was created, with these friends in it."""

    def on_friend_group_deleted(self, group_names: list[str]) -> Handled:
        """Friend groups were deleted; their members are still friends."""

    def on_friend_group_name_changed(self, old_name: str, new_name: str) -> Handled:
        """A friend group was renamed."""

    def on_friends_added_to_group(self, group_name: str, user_ids: list[str]) -> Handled:
        """Friends were put into a friend group."""

    def on_friends_deleted_from_group(self, group_name: str, user_ids: list[str]) -> Handled:
        """Friends were removed from a friend group; deleted friends are not included."""

    def on_black_list_added(self, user_ids: list[str]) -> Handled:
        """Users were blocked, on this device or another."""

    def on_black_list_deleted(self, user_ids: list[str]) -> Handled:
        """Users were unblocked, on this device or another."""

    def on_self_info_updated(self, info: UserFullInfo) -> Handled:
        """The own profile changed, on this device or another."""

    def on_recv_new_message(self, message: Message) -> Handled:
        """A message was received from another user, or from another device of the account.

        Each message is reported once, in the order of ``seq`` within a conversation, also if it
        was sent while there was no connection. A message with ``online_user_only`` has no ``seq``.
        If its contents were erased before this device received it, only ``on_messages_changed``
        reports it.
        """

    def on_message_sent(self, message: Message) -> Handled:
        """The backend has accepted a message of this device and set its seq and timestamp."""

    def on_message_send_failed(self, message: Message, code: int, text: str) -> Handled:
        """The backend refused a queued message; it stays in the outbox for a retry or discard."""

    def on_messages_changed(self, messages: list[Message]) -> Handled:
        """Messages changed after they were received or sent.

        Their status says whether they are still there; otherwise no contents are left.
        """

    def on_recv_c2c_read_receipt(self, receipts: list[ReadReceipt]) -> Handled:
        """Other users have read messages of this account."""

    def on_conversation_changed(self, conversations: list[ConversationInfo]) -> Handled:
        """Conversations are new, or changed in anything but their version.

        A deleted conversation has no ``last_message`` and no unread messages. An app removes
        messages up to ``cleared_seq`` from the screen.
        """

    def on_total_unread_message_count_changed(self, count: int) -> Handled:
        """The number of unread messages changed; muted conversations do not count."""

    def on_sync_server_start(self) -> Handled:
        """The client starts to fetch what changed in the conversations without a connection.

        ``on_sync_server_finish`` or ``on_sync_server_failed`` follows, unless the connection is
        lost meanwhile.
        """

    def on_sync_server_finish(self) -> Handled:
        """The conversations are up to date."""

    def on_sync_server_failed(self) -> Handled:
        """The conversations could not be brought up to date; the client retries if it can help."""


class Listeners:
    """The listeners of one client, notified in the order in which they were added."""

    def __init__(self) -> None:
        """Start without listeners."""
        self._listeners: list[IMSDKListener] = []
        self._queues: list[CoroutineQueue] = []
        """The queue of each listener, in the same order."""
        self._removed: list[CoroutineQueue] = []
        """Queues of removed listeners whose last coroutine may still run."""

    def add(self, listener: IMSDKListener) -> None:
        """Add a listener, unless it was added before."""
        if listener not in self._listeners:
            self._listeners.append(listener)
            self._queues.append(CoroutineQueue())

    def remove(self, listener: IMSDKListener) -> None:
        """Remove a listener, if it is there; from now on it is not notified of anything."""
        if listener in self._listeners:
            index = self._listeners.index(listener)
            del self._listeners[index]
            queue = self._queues.pop(index)
            queue.clear()
            self._removed = [one for one in [*self._removed, queue] if one.task is not None]

    def notify(
        self,
        event: Callable[Concatenate[IMSDKListener, P], Handled],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Call the method named by ``event`` on each listener."""
        for listener, queue in tuple(zip(self._listeners, self._queues, strict=True)):
            if queue not in self._queues:
                continue
            try:
                result = getattr(listener, event.__name__)(*args, **kwargs)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException:
                # Not even a CancelledError is meant for this task: nothing is awaited here.
                _log.exception("A listener failed in %s", event.__name__)
            else:
                if asyncio.iscoroutine(result):
                    queue.add(event.__name__, result)

    async def finish(self, timeout: float) -> None:  # noqa: ASYNC109 - of the listeners, not ours
        """Wait for the methods of listeners that still run, and cancel them after a while."""
        await finish([*self._queues, *self._removed], timeout)
