"""A listener that records events, and a logged-in client that it listens to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from imtui.sdk import (
    ConversationInfo,
    FriendApplication,
    FriendInfo,
    IMClient,
    IMSDKListener,
    Message,
    ReadReceipt,
    SelfDevice,
    SubscriptionReason,
    UserFullInfo,
    UserStatus,
    UserStatusType,
)
from tests.sdk.fake_backend import FakeBackend, client_of, fake_backend

Event = tuple[Any, ...]


class Recorder(IMSDKListener):
    """Records each event as a tuple of its name and its arguments."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._syncs = 0
        self._more = asyncio.Event()

    def _keep(self, *event: Any) -> None:
        self.events.append(event)
        self._more.set()

    def on_connecting(self) -> None:
        self._keep("connecting")

    def on_connect_success(self) -> None:
        self._keep("connected")

    def on_resync_needed(self) -> None:
        self._keep("resync needed")

    def on_connect_failed(self, code: int, message: str) -> None:
        self._keep("failed", int(code))

    def on_reconnect_scheduled(self, delay: float) -> None:
        self._keep("scheduled", delay)

    def on_kicked_offline(self) -> None:
        self._keep("kicked")

    def on_user_sig_expired(self) -> None:
        self._keep("expired")

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        self._keep("statuses", statuses)

    def on_self_devices_changed(self, devices: list[SelfDevice]) -> None:
        self._keep("devices", devices)

    def on_subscriptions_changed(
        self, added: list[str], removed: list[str], reason: SubscriptionReason
    ) -> None:
        self._keep("subscriptions", added, removed, reason)

    def on_friend_list_added(self, friends: list[FriendInfo]) -> None:
        self._keep("friends added", friends)

    def on_friend_list_deleted(self, user_ids: list[str]) -> None:
        self._keep("friends deleted", user_ids)

    def on_friend_info_changed(self, friends: list[FriendInfo]) -> None:
        self._keep("friends changed", friends)

    def on_friend_application_list_added(self, applications: list[FriendApplication]) -> None:
        self._keep("requests added", applications)

    def on_friend_application_list_deleted(self, user_ids: list[str]) -> None:
        self._keep("requests deleted", user_ids)

    def on_friend_application_list_read(self) -> None:
        self._keep("requests read")

    def on_friend_group_created(self, group_name: str, user_ids: list[str]) -> None:
        self._keep("group created", group_name, user_ids)

    def on_friend_group_deleted(self, group_names: list[str]) -> None:
        self._keep("groups deleted", group_names)

    def on_friend_group_name_changed(self, old_name: str, new_name: str) -> None:
        self._keep("group renamed", old_name, new_name)

    def on_friends_added_to_group(self, group_name: str, user_ids: list[str]) -> None:
        self._keep("grouped", group_name, user_ids)

    def on_friends_deleted_from_group(self, group_name: str, user_ids: list[str]) -> None:
        self._keep("ungrouped", group_name, user_ids)

    def on_black_list_added(self, user_ids: list[str]) -> None:
        self._keep("blocked", user_ids)

    def on_black_list_deleted(self, user_ids: list[str]) -> None:
        self._keep("unblocked", user_ids)

    def on_self_info_updated(self, info: UserFullInfo) -> None:
        self._keep("self info", info)

    def on_recv_new_message(self, message: Message) -> None:
        self._keep("received", message)

    def on_message_sent(self, message: Message) -> None:
        self._keep("sent", message)

    def on_message_send_failed(self, message: Message, code: int, text: str) -> None:
        self._keep("send failed", message, int(code), text)

    def on_messages_changed(self, messages: list[Message]) -> None:
        self._keep("changed", messages)

    def on_recv_c2c_read_receipt(self, receipts: list[ReadReceipt]) -> None:
        self._keep("receipts", receipts)

    def on_conversation_changed(self, conversations: list[ConversationInfo]) -> None:
        self._keep("conversations", conversations)

    def on_total_unread_message_count_changed(self, count: int) -> None:
        self._keep("unread", count)

    def on_sync_server_failed(self) -> None:
        self._keep("sync failed")

    def on_sync_server_finish(self) -> None:
        # Counted apart from the events, because one follows every login.
        self._syncs += 1
        self._more.set()

    def received(self, sender: str) -> list[str]:
        """Return the texts that were received from a user."""
        messages = [event[1] for event in self.events if event[0] == "received"]
        return [message.text for message in messages if message.sender == sender]

    @property
    def names(self) -> list[str]:
        """Return the names of the events."""
        return [event[0] for event in self.events]

    def count(self, name: str) -> int:
        """Return how often an event was recorded."""
        return self.names.count(name)

    def texts(self, user_id: str) -> list[tuple[UserStatusType, str]]:
        """Return the recorded statuses of a user."""
        return [
            (status.status_type, status.custom_status)
            for event in self.events
            if event[0] == "statuses"
            for status in event[1]
            if status.user_id == user_id
        ]

    def clear(self) -> None:
        """Forget all recorded events."""
        self.events.clear()

    async def until(self, done: Callable[["Recorder"], bool]) -> None:
        """Wait until ``done`` holds."""
        while not done(self):
            self._more.clear()
            await self._more.wait()

    async def synced(self, times: int = 1) -> None:
        """Wait until that many syncs are complete."""
        await self.until(lambda recorder: recorder._syncs >= times)

    async def saw(self, name: str, times: int = 1) -> None:
        """Wait until an event was recorded that often."""
        await self.until(lambda recorder: recorder.count(name) >= times)


@asynccontextmanager
async def recorded_client() -> AsyncIterator[tuple[FakeBackend, IMClient, Recorder]]:
    """Log alice in, and record what she is notified of from then on."""
    recorder = Recorder()
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")
        client.add_im_sdk_listener(recorder)
        yield fake, client, recorder
