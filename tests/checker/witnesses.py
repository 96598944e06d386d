"""Devices that only the backend's own faults can disturb: nobody may notice anything of those."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Final, TypeVar

from imtui.protocol.app_key import AppKey
from imtui.protocol.usersig import sign
from imtui.sdk import (
    Backoff,
    FriendInfo,
    IMClient,
    IMError,
    IMSDKListener,
    LoginStatus,
    SubscriptionReason,
    UserStatus,
    UserStatusType,
)
from tests.server.node.edges.edged_server import until

SHOWN: Final = "dora"
WATCHER: Final = "eve"
_OTHERS: Final = ("fay", "gus", "hal")
_TIMEOUT: Final = 3.0
_RETRY: Final = 0.1
_TRIES: Final = 300

T = TypeVar("T")


class _Watching(IMSDKListener):
    """What a device of the watcher was told, and keeps."""

    def __init__(self) -> None:
        self.statuses: list[UserStatus] = []
        self.friends: set[str] = set()
        self.subscribed: set[str] = set()

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        """Keep each status of who is shown."""
        self.statuses += [status for status in statuses if status.user_id == SHOWN]

    def on_friend_list_added(self, friends: list[FriendInfo]) -> None:
        """Keep the list."""
        self.friends |= {friend.user_id for friend in friends}

    def on_friend_list_deleted(self, user_ids: list[str]) -> None:
        """Keep the list."""
        self.friends -= set(user_ids)

    def on_subscriptions_changed(
        self, added: list[str], removed: list[str], reason: SubscriptionReason
    ) -> None:
        """Keep the list."""
        self.subscribed -= set(removed)
        self.subscribed |= set(added)


class Witnesses:
    """Somebody with a custom status, and two devices of somebody who watches them."""

    def __init__(self) -> None:
        """Start without devices."""
        self._stack = AsyncExitStack()
        self._texts = {_text(0)}
        """The text that was acknowledged last, and those that may have come after it."""
        self._number = 0
        self._excuses = 0
        """How often they were excused; 0 if what they notice counts."""
        self.kept = [_Watching(), _Watching()]
        self.wrong: list[str] = []
        self.looks = 0
        """How often the status was looked at while all that is noticed counts."""

    async def start(self, url: str, key: AppKey) -> None:
        """Log in, over a connection of their own."""
        for other in _OTHERS:
            async with self._client(url, key) as client:
                await _insist(client.login, other, sign(other, key.sdk_app_id, key.secret_key))
        names = (SHOWN, WATCHER, WATCHER)
        self.shown, *self.watchers = [
            await self._stack.enter_async_context(self._client(url, key)) for _ in names
        ]
        for client, name in zip((self.shown, *self.watchers), names, strict=True):
            await _insist(client.login, name, sign(name, key.sdk_app_id, key.secret_key))
        await _insist(self.shown.set_self_status, _text(0))
        await _insist(self.watchers[0].subscribe_user_status, [SHOWN])
        for client, kept in zip(self.watchers, self.kept, strict=True):
            kept.friends = {friend.user_id for friend in await _insist(client.get_friend_list)}
            kept.subscribed = set((await _insist(client.get_subscriptions)).user_id_list)
            client.add_im_sdk_listener(kept)

    async def stop(self) -> None:
        """Log out."""
        await self._stack.aclose()

    async def act(self) -> None:
        """Change the text and the lists until cancelled; the backend is killed meanwhile."""
        while True:
            await self._change()
            await asyncio.sleep(_RETRY)

    async def _change(self) -> None:
        self._number += 1
        text = _text(self._number)
        self._texts.add(text)
        with suppress(IMError):
            await self.shown.set_self_status(text)
            self._texts = {text}
        watcher, other = self.watchers[self._number % 2], _OTHERS[self._number % 3]
        with suppress(IMError):
            if other in self.kept[0].friends:
                await watcher.delete_from_friend_list([other])
                await watcher.unsubscribe_user_status([other])
            else:
                await watcher.add_friend(other)
                await watcher.subscribe_user_status([other])

    def excuse(self) -> None:
        """Let them be away for longer than they have to come back, until ``come_back``."""
        self._excuses += 1

    async def come_back(self) -> None:
        """Wait until all are back, and let what they notice from then on count."""
        if not self._excuses:
            return
        excuses, number = self._excuses, self._number
        await until(lambda: len(self._texts) == 1 and self._number > number)
        for client, kept in zip(self.watchers, self.kept, strict=True):
            await self._asked(client)
            kept.statuses.clear()
        if self._excuses == excuses:
            self._excuses = 0

    async def look(self, after: str) -> None:
        """Check what the watcher was told and what the backend says, after a fault."""
        for client, kept in zip(self.watchers, self.kept, strict=True):
            status, texts = await self._asked(client)
            statuses = [*kept.statuses, status]
            kept.statuses.clear()
            if self._excuses:
                continue
            self.looks += 1
            for shown in statuses:
                is_known = shown.status_type is not UserStatusType.UNKNOWN
                if is_known and shown.status_type is not UserStatusType.ONLINE:
                    self.wrong.append(f"after {after}: {SHOWN} was {shown.status_type.name}")
                elif is_known and not shown.custom_status:
                    self.wrong.append(f"after {after}: the text of {SHOWN} was cleared")
            if status.custom_status not in texts:
                self.wrong.append(f"after {after}: {status.custom_status!r}, not {texts}")

    async def settle(self) -> None:
        """Compare the lists that the devices keep with those of the backend, in the end."""
        for number, (client, kept) in enumerate(zip(self.watchers, self.kept, strict=True)):
            # What was pushed before this answer arrives before it.
            await self._asked(client)
            friends = {friend.user_id for friend in await _insist(client.get_friend_list)}
            subscribed = set((await _insist(client.get_subscriptions)).user_id_list)
            if kept.friends != friends:
                self.wrong.append(f"device {number} has stale friends: {kept.friends}, {friends}")
            if kept.subscribed != subscribed:
                self.wrong.append(
                    f"device {number} has stale subscriptions: {kept.subscribed}, {subscribed}"
                )

    async def _asked(self, client: IMClient) -> tuple[UserStatus, set[str]]:
        """Return the status once all are connected again, and the texts that it may have."""
        for _ in range(_TRIES):
            with suppress(IMError):
                if self.shown.get_login_status() is LoginStatus.LOGINED:
                    await self.shown.get_user_status([SHOWN])
                    texts, number = self._texts.copy(), self._number
                    (status,) = await client.get_user_status([SHOWN])
                    # The text may have changed before the backend looked, or after it.
                    later = range(number + 1, self._number + 1)
                    return status, texts | {_text(each) for each in later}
            await asyncio.sleep(_RETRY)
        raise TimeoutError("the witnesses did not come back")

    def _client(self, url: str, key: AppKey) -> IMClient:
        return IMClient(url, key.sdk_app_id, timeout=_TIMEOUT, backoff=Backoff(0.05, 0.4))


async def _insist(call: Callable[..., Awaitable[T]], *arguments: object) -> T:
    """Call again and again until there is an answer."""
    for _ in range(_TRIES):
        with suppress(IMError):
            return await call(*arguments)
        await asyncio.sleep(_RETRY)
    raise TimeoutError("the witnesses had no answer")


def _text(number: int) -> str:
    return f"text {number}"
