"""A clock that stands still, and a client without a backend: what the app's tests drive by hand."""

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import FriendInfo, SelfDevice, SubscriptionReason, Subscriptions
from imtui.protocol.status import ChangedBy, Platform, UserStatus, UserStatusType
from imtui.sdk import IMSDKListener, is_transient
from imtui.tui.clock import Handle
from imtui.tui.follower import Follower
from imtui.tui.launch import Account
from imtui.tui.listener import StoreListener
from imtui.tui.sdk_face import Client, Retry
from imtui.tui.store import Store

_revisions = count(1)

START = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
HERE = "here"
ONLINE, OFFLINE = UserStatusType.ONLINE, UserStatusType.OFFLINE
UNLOGINED, UNKNOWN = UserStatusType.UNLOGINED, UserStatusType.UNKNOWN


def at(hour: int, minute: int = 0, day: int = 23) -> int:
    """Return a moment of November 2026, in Unix milliseconds."""
    return round(datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


class _Due:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class FakeClock:
    """A clock that only a test moves; what is due at once runs in the loop's next round."""

    def __init__(self) -> None:
        self._start = round(START.timestamp() * 1000)
        self._passed = 0.0
        self._due: list[tuple[float, int, _Due]] = []
        self._numbers = count()

    def now(self) -> int:
        return self._start + round(self._passed * 1000)

    def local(self, milliseconds: int) -> datetime:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)

    def monotonic(self) -> float:
        return self._passed

    def call_later(self, delay: float, callback: Callable[[], None]) -> Handle:
        if delay <= 0:
            return asyncio.get_running_loop().call_soon(callback)
        due = _Due(callback)
        heapq.heappush(self._due, (self._passed + delay, next(self._numbers), due))
        return due

    def advance(self, seconds: float) -> None:
        """Let time pass; what becomes due is called in order."""
        end = self._passed + seconds
        while self._due and self._due[0][0] <= end:
            self._passed, _, due = heapq.heappop(self._due)
            if due.callback is not None:
                due.callback()
        self._passed = end

    @property
    def waiting(self) -> int:
        """How many callbacks are due later."""
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
    """Make a status."""
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
    """Make a device of one's own."""
    return SelfDevice(instance_id, name, platform, at(13))


PHONE = ChangedBy("phone", "phone", Platform.ANDROID)
THIS_DEVICE = ChangedBy(HERE, "laptop", Platform.LINUX)


@dataclass
class FakeClient:
    """The calls of ``IMClient`` on canned data; a test plays the backend and the connection."""

    user_id: str = "alice"
    friends: dict[str, UserStatus | None] = field(default_factory=dict)
    others: dict[str, UserStatus] = field(default_factory=dict)
    subscriptions: list[str] = field(default_factory=list)
    cleared_at: int | None = None
    devices: list[SelfDevice] = field(default_factory=lambda: [device(HERE, "laptop")])
    own: UserStatus = field(default_factory=lambda: status("alice", since=at(14, 1)))

    def __post_init__(self) -> None:
        self.listener = IMSDKListener()
        self.calls: list[tuple[object, ...]] = []
        self.failures: dict[str, deque[IMError]] = {}
        self.closed = False

    # What a test does

    def fail(self, method: str, *errors: IMError) -> None:
        """Have the next calls of a method fail."""
        self.failures.setdefault(method, deque()).extend(errors)

    def called(self, method: str) -> list[tuple[object, ...]]:
        """Return the arguments of each call of a method."""
        return [tuple(arguments) for name, *arguments in self.calls if name == method]

    def push(self, *statuses: UserStatus) -> None:
        """Tell statuses in one list."""
        self.listener.on_user_status_changed(list(statuses))

    def push_own(
        self, text: str, by: ChangedBy | None = PHONE, expires_at: int | None = None
    ) -> None:
        """Tell an own change."""
        since = self.own.since
        self.own = status(
            self.user_id, ONLINE, text, since=since, changed_by=by, expires_at=expires_at
        )
        self.push(self.own)

    def lose(self, delay: float = 4.0) -> None:
        """Lose the connection; the next attempt is due in so many seconds."""
        self.push(status(self.user_id, OFFLINE))
        self.listener.on_reconnect_scheduled(delay)

    def come_back(self, own: UserStatus | None = None) -> None:
        """Connect again, with the own status of the login answer."""
        self.listener.on_connecting()
        self.push(own or self.own)
        self.listener.on_connect_success()

    def _call(self, method: str, *arguments: object) -> None:
        self.calls.append((method, *arguments))
        if failures := self.failures.get(method):
            raise failures.popleft()

    # What the app does

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

    async def logout(self) -> None:
        self._call("logout")

    async def set_self_status(self, text: str | None, expires_at: int | None = None) -> None:
        self._call("set_self_status", text, expires_at)
        self.push_own((text or "").strip(), THIS_DEVICE, expires_at)

    async def get_user_status(self, user_ids: list[str]) -> list[UserStatus]:
        self._call("get_user_status", user_ids)
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

    async def add_friend(self, user_id: str) -> None:
        self._call("add_friend", user_id)
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


class _FakeRetry:
    def is_transient(self, error: IMError) -> bool:
        return is_transient(error)

    def next_delay(self) -> float:
        return 4.0

    def reset(self) -> None:
        return None


class FakeSdk:
    """Hands out one fake client."""

    def __init__(self, client: FakeClient) -> None:
        self.fake = client

    def client(
        self, account: Account, store: Store, follower: Follower
    ) -> AbstractAsyncContextManager[Client]:
        self.fake.listener = StoreListener(store, follower)
        return self.fake

    def retry(self) -> Retry:
        return _FakeRetry()


def account(
    state_dir: Path,
    *,
    revive: Callable[[], Awaitable[None]] | None = None,
    first_subscriptions: tuple[str, ...] = (),
) -> Account:
    """Make an account to log in with."""
    return Account(
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


def street() -> FakeClient:
    """Return a client whose account has friends in every state, and two who are none."""
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
