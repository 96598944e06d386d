"""A manual clock, and a fake client without a backend, for the app's tests."""

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from msgspec import structs

from imtui.protocol.chat import (
    ElemType,
    Message,
    MessageStatus,
    ReceiveOpt,
    check_contents,
    conversation_id,
    peer_of,
)
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.friendship import FriendApplication, FriendApplicationList
from imtui.protocol.messages import (
    ConsoleSettings,
    FriendInfo,
    SelfDevice,
    SubscriptionReason,
    Subscriptions,
)
from imtui.protocol.profiles import FriendAllowType
from imtui.protocol.status import ChangedBy, Platform, UserStatus, UserStatusType
from imtui.sdk import ConversationInfo, ConversationPage, IMSDKListener, is_transient
from imtui.tui.kit.clock import Handle
from imtui.tui.model.launch import Identity
from imtui.tui.services.client import ChatClient
from imtui.tui.services.listener import Listener
from imtui.tui.services.sdk import Retry
from imtui.tui.services.services import Services

_revisions = count(1)
_numbers = count(1)

START = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
HERE = "here"
ONLINE, OFFLINE = UserStatusType.ONLINE, UserStatusType.OFFLINE
UNLOGINED, UNKNOWN = UserStatusType.UNLOGINED, UserStatusType.UNKNOWN


def at(hour: int, minute: int = 0, day: int = 23) -> int:
    """Return a time in November 2026, in Unix milliseconds."""
    return round(datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


class _Timer:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class FakeClock:
    """A clock that only ``advance`` moves; calls without delay run in the next loop iteration."""

    def __init__(self) -> None:
        self._start = round(START.timestamp() * 1000)
        self._passed = 0.0
        self.time_zone: tzinfo = UTC
        self.next_time_zone: tzinfo = UTC
        """The time zone of the machine, which the app has to adopt."""
        self._due: list[tuple[float, int, _Timer]] = []
        self._numbers = count()

    def now(self) -> int:
        return self._start + round(self._passed * 1000)

    def local(self, milliseconds: int) -> datetime:
        return datetime.fromtimestamp(milliseconds / 1000, self.time_zone)

    def follow_time_zone(self) -> None:
        self.time_zone = self.next_time_zone

    def monotonic(self) -> float:
        return self._passed

    def call_later(self, delay: float, callback: Callable[[], None]) -> Handle:
        if delay <= 0:
            return asyncio.get_running_loop().call_soon(callback)
        due = _Timer(callback)
        heapq.heappush(self._due, (self._passed + delay, next(self._numbers), due))
        return due

    def advance(self, seconds: float) -> None:
        """Move the clock forward, and run the due callbacks in order."""
        end = self._passed + seconds
        while self._due and self._due[0][0] <= end:
            self._passed, _, due = heapq.heappop(self._due)
            if due.callback is not None:
                due.callback()
        self._passed = end

    def jump(self, seconds: float) -> None:
        """Change the wall clock only."""
        self._start += round(seconds * 1000)

    @property
    def waiting(self) -> int:
        """Return the number of pending callbacks."""
        return sum(1 for _, _, due in self._due if due.callback is not None)


def status(
    user_id: str,
    status_type: UserStatusType = ONLINE,
    text: str = "",
    *,
    since: int | None = None,
    changed_by: ChangedBy | None = None,
    expires_at: int | None = None,
) -> UserStatus:
    """Create a status with a new revision."""
    moment = at(13, 40) if since is None else since
    return UserStatus(
        user_id,
        status_type,
        text,
        since=moment,
        revision=next(_revisions),
        changed_by=changed_by,
        expires_at=expires_at,
    )


def device(instance_id: str, name: str = "", platform: Platform = Platform.LINUX) -> SelfDevice:
    """Create a device of the own account."""
    return SelfDevice(instance_id, name, platform, at(13))


PHONE = ChangedBy("phone", "phone", Platform.ANDROID)
THIS_DEVICE = ChangedBy(HERE, "laptop", Platform.LINUX)


@dataclass
class FakeClient:
    """The calls of ``IMClient`` on canned data; the test simulates backend and connection."""

    user_id: str = "alice"
    friends: dict[str, UserStatus | None] = field(default_factory=dict)
    others: dict[str, UserStatus] = field(default_factory=dict)
    subscriptions: list[str] = field(default_factory=list)
    cleared_at: int | None = None
    devices: list[SelfDevice] = field(default_factory=lambda: [device(HERE, "laptop")])
    own: UserStatus = field(default_factory=lambda: status("alice", since=at(14, 1)))

    def __post_init__(self) -> None:
        self.listener = IMSDKListener()
        self.user_status = "on"
        self.calls: list[tuple[object, ...]] = []
        self.failures: dict[str, deque[IMError]] = {}
        self.closed = False
        self.histories: dict[str, list[Message]] = {}
        self.conversations: dict[str, ConversationInfo] = {}
        self.outbox: list[Message] = []
        self.applications: list[FriendApplication] = []
        self.blocked: list[str] = []
        self.clock: Callable[[], int] = lambda: at(14, 5)

    # For tests

    def fail(self, method: str, *errors: IMError) -> None:
        """Make the next calls of a method fail."""
        self.failures.setdefault(method, deque()).extend(errors)

    def called(self, method: str) -> list[tuple[object, ...]]:
        """Return the arguments of each call of a method."""
        return [tuple(arguments) for name, *arguments in self.calls if name == method]

    def push(self, *statuses: UserStatus) -> None:
        """Push statuses in one list."""
        self.listener.on_user_status_changed(list(statuses))

    def push_own(
        self, text: str, by: ChangedBy | None = PHONE, expires_at: int | None = None
    ) -> None:
        """Push a change of the own status."""
        since = self.own.since
        self.own = status(
            self.user_id, ONLINE, text, since=since, changed_by=by, expires_at=expires_at
        )
        self.push(self.own)

    def switch_user_status(self, user_status: str) -> None:
        """Switch the console's user status on or off."""
        self.user_status = user_status
        settings = ConsoleSettings(edition="ultimate", user_status=user_status, friend_status="on")
        self.listener.on_console_changed(settings)

    def lose_connection(self, delay: float = 4.0) -> None:
        """Lose the connection; the next attempt is due in ``delay`` seconds."""
        self.push(status(self.user_id, OFFLINE))
        self.listener.on_reconnect_scheduled(delay)

    def reconnect(self, own: UserStatus | None = None) -> None:
        """Connect again, with ``own`` as the status in the login response."""
        self.listener.on_connecting()
        self.push(own or self.own)
        self.listener.on_connect_success()

    def add_conversation(
        self, user_id: str, *texts: str, minute: int = 0, unread: bool = False
    ) -> None:
        """Add a conversation before the app starts; texts that begin with ``<`` are own ones."""
        talk = self.histories.setdefault(user_id, [])
        for place, text in enumerate(texts):
            sender, receiver = user_id, self.user_id
            if text.startswith("<"):
                sender, receiver = receiver, sender
            seq = len(talk) + 1
            moment = at(13, minute) + place * 60_000
            body = text.removeprefix("<")
            talk.append(Message(f"{user_id}{seq}", sender, receiver, moment, seq, seq, text=body))
        theirs = sum(1 for one in talk if one.sender == user_id)
        self.conversations[user_id] = ConversationInfo(
            conversation_id(user_id),
            user_id=user_id,
            last_message=talk[-1],
            unread_count=theirs if unread else 0,
            read_seq=0 if unread else len(talk),
            order_key=talk[-1].timestamp,
        )

    def receive_message(self, user_id: str, text: str, **more: Any) -> Message:
        """Receive a message from a user now."""
        talk = self.histories.setdefault(user_id, [])
        seq = len(talk) + 1
        message = Message(
            f"{user_id}{seq}", user_id, self.user_id, self.clock(), seq, seq, text=text, **more
        )
        talk.append(message)
        self.listener.on_recv_new_message(message)
        before = self.conversations.get(user_id)
        unread = 0 if before is None else before.unread_count
        self.push_conversation(
            user_id, last_message=message, unread_count=unread + 1, order_key=message.timestamp
        )
        return message

    def acknowledge_outbox(self) -> None:
        """Send all messages in the outbox."""
        waiting, self.outbox = self.outbox, []
        for message in waiting:
            talk = self.histories.setdefault(message.receiver, [])
            seq = len(talk) + 1
            sent = structs.replace(message, seq=seq, version=seq, status=MessageStatus.SEND_SUCC)
            talk.append(sent)
            self.listener.on_message_sent(sent)

    def refuse_outbox(self, code: int = 20007, text: str = "Blocked.") -> None:
        """Refuse all messages in the outbox."""
        self.outbox = [structs.replace(one, status=MessageStatus.SEND_FAIL) for one in self.outbox]
        for message in self.outbox:
            self.listener.on_message_send_failed(message, code, text)

    def change_message(self, message: Message, status: MessageStatus) -> None:
        """Recall or delete a message."""
        changed = structs.replace(message, status=status, text="")
        talk = self.histories[message.peer(self.user_id)]
        talk[message.seq - 1] = changed
        self.listener.on_messages_changed([changed])

    def push_conversation(self, user_id: str, **changes: Any) -> None:
        """Change a conversation and push it."""
        before = self.conversations.get(user_id) or ConversationInfo(
            conversation_id(user_id), user_id=user_id
        )
        self.conversations[user_id] = structs.replace(before, **changes)
        self.listener.on_conversation_changed([self.conversations[user_id]])

    def _call(self, method: str, *arguments: object) -> None:
        self.calls.append((method, *arguments))
        if failures := self.failures.get(method):
            raise failures.popleft()

    # For the app

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closed = True

    async def login(self, user_id: str, user_sig: str | Callable[[], str]) -> object:
        self._call("login", user_id)
        self.listener.on_connecting()
        self.push(self.own)
        self.listener.on_connect_success()
        self.listener.on_self_devices_changed(self.devices)
        return None

    async def logout(self) -> UserStatus | None:
        self._call("logout")
        return status(self.user_id, UNLOGINED if len(self.devices) == 1 else ONLINE)

    async def set_self_status(self, text: str | None, expires_at: int | None = None) -> None:
        self._call("set_self_status", text, expires_at)
        self.push_own((text or "").strip(), THIS_DEVICE, expires_at)

    async def get_user_status(self, user_ids: list[str]) -> list[UserStatus]:
        self._call("get_user_status", user_ids)
        if self.user_status == "off":
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_USER_STATUS_DISABLED)
        known = {**self.friends, **self.others}
        found = [one for user_id in user_ids if (one := known.get(user_id)) is not None]
        if not found:
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND)
        return found

    async def subscribe_user_status(self, user_ids: list[str]) -> None:
        self._call("subscribe_user_status", user_ids)
        self.subscriptions += user_ids
        self.listener.on_subscriptions_changed(user_ids, [], SubscriptionReason.SUBSCRIBED)

    async def unsubscribe_user_status(self, user_ids: list[str] | None = None) -> None:
        self._call("unsubscribe_user_status", user_ids)
        gone = list(self.subscriptions) if user_ids is None else user_ids
        self.subscriptions = [one for one in self.subscriptions if one not in gone]
        self.listener.on_subscriptions_changed([], gone, SubscriptionReason.UNSUBSCRIBED)

    async def get_subscriptions(self) -> Subscriptions:
        self._call("get_subscriptions")
        return Subscriptions(list(self.subscriptions), self.cleared_at)

    async def add_friend(self, user_id: str, *, add_wording: str = "") -> None:
        self._call("add_friend", user_id, *([add_wording] if add_wording else []))
        self.friends[user_id] = status(user_id)
        self.listener.on_friend_list_added([FriendInfo(user_id, self.friends[user_id])])

    async def delete_from_friend_list(self, user_ids: list[str]) -> None:
        self._call("delete_from_friend_list", user_ids)
        self.listener.on_friend_list_deleted(user_ids)

    async def get_friend_list(self) -> list[FriendInfo]:
        self._call("get_friend_list")
        return [FriendInfo(user_id, known) for user_id, known in self.friends.items()]

    def reconnect_now(self) -> None:
        self._call("reconnect_now")

    # Friendship

    async def get_friend_application_list(self) -> FriendApplicationList:
        return FriendApplicationList(list(self.applications))

    async def accept_friend_application(self, user_id: str) -> None:
        self._call("accept_friend_application", user_id)
        self.listener.on_friend_application_list_deleted([user_id])
        self.friends[user_id] = status(user_id)
        self.listener.on_friend_list_added([FriendInfo(user_id, self.friends[user_id])])

    async def refuse_friend_application(self, user_id: str) -> None:
        self._call("refuse_friend_application", user_id)
        self.listener.on_friend_application_list_deleted([user_id])

    async def delete_friend_application(self, user_id: str) -> None:
        self._call("delete_friend_application", user_id)
        self.listener.on_friend_application_list_deleted([user_id])

    async def get_black_list(self) -> list[str]:
        return list(self.blocked)

    async def add_to_black_list(self, user_ids: list[str]) -> None:
        self._call("add_to_black_list", user_ids)
        self.listener.on_black_list_added(user_ids)
        self.listener.on_friend_list_deleted(user_ids)

    async def delete_from_black_list(self, user_ids: list[str]) -> None:
        self._call("delete_from_black_list", user_ids)
        self.listener.on_black_list_deleted(user_ids)

    async def set_friend_info(self, user_id: str, friend_remark: str) -> None:
        self._call("set_friend_info", user_id, friend_remark)
        self.listener.on_friend_info_changed([FriendInfo(user_id, friend_remark=friend_remark)])

    async def set_self_info(
        self,
        nick_name: str | None = None,
        self_signature: str | None = None,
        allow_type: FriendAllowType | None = None,
    ) -> None:
        self._call("set_self_info", nick_name, self_signature, allow_type)

    # Messages

    def queue_c2c_text_message(
        self, text: str, user_id: str, *, cloud_custom_data: str = ""
    ) -> Message:
        self._call("queue_c2c_text_message", text, user_id)
        check_contents(ElemType.TEXT, text, b"", cloud_custom_data)
        message = Message(
            f"m{next(_numbers)}",
            self.user_id,
            user_id,
            self.clock(),
            text=text,
            cloud_custom_data=cloud_custom_data,
            status=MessageStatus.SENDING,
        )
        self.outbox.append(message)
        return message

    def resend_message(self, msg_id: str) -> Message:
        self._call("resend_message", msg_id)
        return next(one for one in self.outbox if one.msg_id == msg_id)

    def discard_message(self, msg_id: str) -> None:
        self._call("discard_message", msg_id)
        self.outbox = [one for one in self.outbox if one.msg_id != msg_id]

    def outbox_messages(self, user_id: str) -> list[Message]:
        return [one for one in self.outbox if one.receiver == user_id]

    async def send_c2c_custom_message(
        self, data: bytes, user_id: str, *, online_user_only: bool = False
    ) -> Message:
        self._call("send_c2c_custom_message", data, user_id)
        return Message("hint", self.user_id, user_id, elem_type=ElemType.CUSTOM, data=data)

    async def get_c2c_history_message_list(
        self, user_id: str, count: int = 20, last_msg: Message | None = None
    ) -> list[Message]:
        self._call("get_c2c_history_message_list", user_id, count, last_msg and last_msg.seq)
        older = [
            one
            for one in self.histories.get(user_id, [])
            if last_msg is None or one.seq < last_msg.seq
        ]
        return older[::-1][:count]

    async def search_local_messages(
        self, keywords: list[str], user_id: str | None = None
    ) -> list[Message]:
        self._call("search_local_messages", keywords, user_id)
        return [
            message
            for peer, talk in self.histories.items()
            for message in reversed(talk)
            if user_id in (None, peer) and all(word in message.text for word in keywords)
        ]

    async def revoke_message(self, message: Message) -> None:
        self._call("revoke_message", message.msg_id)
        self.change_message(message, MessageStatus.LOCAL_REVOKED)

    async def delete_messages(self, messages: list[Message]) -> None:
        self._call("delete_messages", [one.msg_id for one in messages])
        for message in messages:
            self.change_message(message, MessageStatus.HAS_DELETED)

    async def clean_conversation_unread_message_count(self, conversation_id: str) -> None:
        self._call("clean_conversation_unread_message_count", conversation_id)
        self.push_conversation(peer_of(conversation_id), unread_count=0)

    async def get_conversation_list(self, next_seq: int = 0) -> ConversationPage:
        self._call("get_conversation_list", next_seq)
        return ConversationPage(list(self.conversations.values()), 0, True)

    async def delete_conversation(self, conversation_id: str) -> None:
        self._call("delete_conversation", conversation_id)
        user_id = peer_of(conversation_id)
        self.histories[user_id] = []
        self.push_conversation(user_id, last_message=None, unread_count=0)

    async def pin_conversation(self, conversation_id: str, is_pinned: bool) -> None:
        self._call("pin_conversation", conversation_id, is_pinned)
        self.push_conversation(peer_of(conversation_id), is_pinned=is_pinned)

    async def set_c2c_receive_message_opt(self, user_ids: list[str], opt: ReceiveOpt) -> None:
        self._call("set_c2c_receive_message_opt", user_ids, opt)
        for user_id in user_ids:
            self.push_conversation(user_id, recv_opt=opt)

    def set_conversation_draft(self, conversation_id: str, text: str | None) -> None:
        self._call("set_conversation_draft", conversation_id, text)
        self.push_conversation(peer_of(conversation_id), draft_text=text or "")


class _FakeRetry:
    def is_transient(self, error: IMError) -> bool:
        return is_transient(error)

    def next_delay(self) -> float:
        return 4.0

    def reset(self) -> None:
        return None


class FakeSdk:
    """An SDK with one fake client."""

    def __init__(self, client: FakeClient) -> None:
        self.fake = client

    def client(
        self, identity: Identity, services: Services
    ) -> AbstractAsyncContextManager[ChatClient]:
        self.fake.listener = Listener(services)
        return self.fake

    def retry(self) -> Retry:
        return _FakeRetry()


def account(
    state_dir: Path,
    *,
    revive: Callable[[], Awaitable[None]] | None = None,
    first_subscriptions: tuple[str, ...] = (),
) -> Identity:
    """Create an identity to log in with."""
    return Identity(
        "ws://127.0.0.1:7788",
        1400000000,
        "alice",
        "secret",
        "laptop",
        HERE,
        state_dir,
        revive=revive,
        first_subscriptions=first_subscriptions,
    )


def sample_client() -> FakeClient:
    """Return a client with friends in every state, and subscriptions to two other users."""
    names = ["bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy"]
    friends: dict[str, UserStatus | None] = {name: status(name) for name in names}
    friends["bob"] = status("bob", ONLINE, "On the call", since=at(14, 5))
    friends["dave"] = status("dave", ONLINE, "Writing tests", since=at(9, 30))
    friends["erin"] = status("erin", OFFLINE, since=at(13, 40))
    friends["frank"] = status("frank", OFFLINE, since=at(9, 12, day=21))
    friends["grace"] = status("grace", UNLOGINED, since=at(8))
    friends["heidi"] = None
    friends["judy"] = status(
        "judy", ONLINE, "東京で会議中です、夕方まで返事が遅れます", since=at(11)
    )
    others = {
        "weather-bot": status("weather-bot", ONLINE, "Light rain until 16:00", since=at(6)),
        "mallory": status("mallory", UNLOGINED, since=at(7, 7)),
    }
    return FakeClient(friends=friends, others=others, subscriptions=["weather-bot", "mallory"])
