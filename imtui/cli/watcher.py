"""Follows the statuses of some users through a passive login and prints each change."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from imtui.cli.errors import tell, tell_missing, told
from imtui.cli.lines import status_line
from imtui.protocol import limits
from imtui.sdk import (
    ErrorCode,
    FriendInfo,
    IMClient,
    IMError,
    IMSDKListener,
    SubscriptionReason,
    UserStatus,
)

_GOODBYE_TIMEOUT: Final = 2.0


class Watcher(IMSDKListener):
    """Prints the statuses of those whom it follows, first as they are, then as they change."""

    def __init__(self, own_id: str, users: Sequence[str], *, as_json: bool) -> None:
        """Say whom to follow; without ``users``: oneself, friends and subscriptions."""
        self._own_id = own_id
        self._users = list(dict.fromkeys(users))
        self._as_json = as_json
        self._early: dict[str, UserStatus] | None = {}
        """The newest pushes, until the first picture has been printed."""
        self._subscribed: set[str] = set()
        """Whom this watcher subscribed to itself."""
        self._cleared = asyncio.Event()
        self._lost = False
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def follow(self, client: IMClient) -> None:
        """Print until cancelled; then take back the subscriptions that it made itself.

        Raises:
            IMError: The first picture cannot be had, or the login has ended for good.
            BrokenPipeError: Nobody reads any more.
        """
        try:
            self._print_first(await self._first_picture(client))
            async with asyncio.TaskGroup() as group:
                group.create_task(self._subscribe_again(client))
                await self._failed
        finally:
            await self._unsubscribe(client)

    async def _first_picture(self, client: IMClient) -> list[UserStatus]:
        friends = await client.get_friend_list()
        known = {friend.user_id: friend.user_status for friend in friends if friend.user_status}
        if not self._users:
            return await self._picture_of_all(client, known)
        strangers = [user for user in self._users if user not in known and user != self._own_id]
        await self._subscribe_missing(client, strangers)
        asked = [user for user in self._users if user not in known]
        known |= {status.user_id: status for status in await _query(client, asked)}
        tell_missing(self._users, known)
        return [known[user] for user in self._users if user in known]

    async def _picture_of_all(
        self, client: IMClient, friends: Mapping[str, UserStatus]
    ) -> list[UserStatus]:
        picture = [*await client.get_user_status([self._own_id]), *friends.values()]
        others = (await client.get_subscriptions()).user_id_list
        try:
            picture += await _query(client, [user for user in others if user not in friends])
        except IMError as error:
            # Friends need neither edition nor switch: they are followed all the same.
            tell(told(error))
        return picture

    def _print_first(self, picture: Iterable[UserStatus]) -> None:
        early, self._early = self._early or {}, None
        for status in picture:
            pushed = early.get(status.user_id, status)
            self._print(max(status, pushed, key=lambda newest: newest.revision))

    async def _subscribe_missing(self, client: IMClient, users: Sequence[str]) -> None:
        """Subscribe to those of ``users`` to whom the account is not subscribed."""
        if not users:
            return
        before = set((await client.get_subscriptions()).user_id_list)
        missing = [user for user in users if user not in before]
        for chunk in _chunks(missing, limits.SUBSCRIBE_MAX_USERS):
            await client.subscribe_user_status(chunk)
            self._subscribed.update(chunk)

    async def _subscribe_again(self, client: IMClient) -> None:
        """Restore what the backend cleared by itself, while there was no connection for long."""
        while True:
            await self._cleared.wait()
            self._cleared.clear()
            users = [user for user in self._users if user in self._subscribed]
            try:
                await self._subscribe_missing(client, users)
            except IMError as error:
                tell(told(error))

    async def _unsubscribe(self, client: IMClient) -> None:
        # Subscriptions belong to the account: whoever runs the app wants to keep the rest.
        with contextlib.suppress(IMError, TimeoutError):
            async with asyncio.timeout(_GOODBYE_TIMEOUT):
                for chunk in _chunks(sorted(self._subscribed), limits.UNSUBSCRIBE_MAX_USERS):
                    await client.unsubscribe_user_status(chunk)

    def _fail(self, error: Exception) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)

    def _print(self, status: UserStatus) -> None:
        try:
            print(status_line(status, as_json=self._as_json), flush=True)
        except OSError as error:
            self._fail(error)

    # What the SDK tells

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        for status in statuses:
            if self._users and status.user_id not in self._users:
                continue
            if self._early is None:
                self._print(status)
            else:
                self._early[status.user_id] = status

    def on_friend_list_added(self, friends: list[FriendInfo]) -> None:
        self.on_user_status_changed([info.user_status for info in friends if info.user_status])

    def on_subscriptions_changed(
        self, added: list[str], removed: list[str], reason: SubscriptionReason
    ) -> None:
        if reason is SubscriptionReason.CLEARED:
            self._cleared.set()
        else:
            self._subscribed.difference_update(removed)

    def on_reconnect_scheduled(self, delay: float) -> None:
        if not self._lost:
            self._lost = True
            tell("The connection is lost. Trying again by itself; end with Ctrl-C.")

    def on_connect_success(self) -> None:
        if self._lost:
            self._lost = False
            tell("Connected again.")

    def on_connect_failed(self, code: int, message: str) -> None:
        self._fail(IMError(code, message))

    def on_user_sig_expired(self) -> None:
        self._fail(IMError(ErrorCode.ERR_USER_SIG_EXPIRED))

    def on_kicked_offline(self) -> None:
        self._fail(IMError(ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER))


async def _query(client: IMClient, users: Sequence[str]) -> list[UserStatus]:
    statuses: list[UserStatus] = []
    for chunk in _chunks(users, limits.QUERY_MAX_USERS):
        statuses += await client.get_user_status(chunk)
    return statuses


def _chunks(users: Sequence[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(users), size):
        yield list(users[start : start + size])
