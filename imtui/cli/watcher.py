"""Follows the statuses of some users through a passive login, for a printer to tell."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from imtui.cli.errors import missing
from imtui.cli.output.printers import Change, Picture, Printer
from imtui.protocol import limits
from imtui.sdk import (
    ConsoleSettings,
    ErrorCode,
    FriendInfo,
    IMClient,
    IMError,
    IMSDKListener,
    SelfDevice,
    SubscriptionReason,
    UserStatus,
    UserStatusType,
    is_transient,
)

_GOODBYE_TIMEOUT: Final = 2.0


class Watcher(IMSDKListener):
    """Has a printer tell how those are whom it follows, then what changes."""

    def __init__(self, own_id: str, users: Sequence[str], printer: Printer) -> None:
        """Say whom to follow; without ``users``: oneself, friends and subscriptions."""
        self._own_id = own_id
        self._users = list(dict.fromkeys(users))
        self._printer = printer
        self._early: dict[str, UserStatus] | None = {}
        """The newest pushes, until the first picture has been printed."""
        self._waiting: list[Callable[[], None]] = []
        """What else came until then."""
        self._newest: dict[str, UserStatus] = {}
        self._devices: list[SelfDevice] = []
        self._subscribed: set[str] = set()
        """Whom this watcher subscribed to itself."""
        self._ended_by_others: set[str] = set()
        """Whom it will not subscribe to again: another device, or the limit, ended that."""
        self._doubtful: set[str] = set()
        """Whose subscription is gone without a word why."""
        self._cleared_at: int | None = None
        self._outdated = asyncio.Event()
        self._lost = False
        self._leaving = False
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def follow(self, client: IMClient) -> None:
        """Print until cancelled; then take back the subscriptions that it made itself.

        Raises:
            IMError: The first picture cannot be had, or the login has ended for good.
            BrokenPipeError: Nobody reads any more.
        """
        try:
            self._begin(await self._learn(client, first=True))
            async with asyncio.TaskGroup() as group:
                group.create_task(self._learn_anew(client))
                await self._failed
        finally:
            self._leaving = True
            await self._unsubscribe(client)

    # Learning

    async def _learn(self, client: IMClient, *, first: bool) -> Picture:
        friends = await client.get_friend_list()
        statuses = await client.get_user_status([self._own_id])
        statuses += [friend.user_status for friend in friends if friend.user_status is not None]
        known = {status.user_id: status for status in statuses}
        subscriptions = await self._subscriptions(client, first=first)
        try:
            strangers = [user for user in self._users if user not in known]
            subscriptions += await self._subscribe(client, strangers, subscriptions)
            wanted = self._users or subscriptions
            asked = await _query(client, [user for user in wanted if user not in known])
        except IMError as error:
            # Friends need neither edition nor switch: they are followed all the same.
            if bool(self._users) if first else is_transient(error):
                raise
            self._printer.trouble(error)
        else:
            known |= {status.user_id: status for status in asked}
        return Picture(
            known.get(self._own_id) or UserStatus(self._own_id, UserStatusType.UNKNOWN),
            [known[user] for user in self._users or known if user in known],
            [friend.user_id for friend in friends],
            subscriptions,
            self._devices,
            bool(self._users),
        )

    async def _subscriptions(self, client: IMClient, *, first: bool) -> list[str]:
        answer = await client.get_subscriptions()
        if first or answer.cleared_at == self._cleared_at:
            self._ended_by_others |= self._doubtful
        self._doubtful.clear()
        self._cleared_at = answer.cleared_at
        return list(answer.user_id_list)

    async def _subscribe(
        self, client: IMClient, users: Sequence[str], before: Sequence[str]
    ) -> list[str]:
        """Subscribe to those to whom the account is not subscribed, and return them."""
        lacking = [user for user in users if user not in {*before, *self._ended_by_others}]
        for chunk in _chunks(lacking, limits.SUBSCRIBE_MAX_USERS):
            await client.subscribe_user_status(chunk)
            self._subscribed.update(chunk)
        return lacking

    async def _learn_anew(self, client: IMClient) -> None:
        """Learn again what a change of the console or of the subscriptions left in doubt."""
        while True:
            await self._outdated.wait()
            self._outdated.clear()
            try:
                self._take(await self._learn(client, first=False))
            except IMError as error:
                self._tell(partial(self._printer.trouble, error))

    async def _unsubscribe(self, client: IMClient) -> None:
        # Subscriptions belong to the account: whoever runs the app wants to keep the rest.
        with contextlib.suppress(IMError, TimeoutError):
            async with asyncio.timeout(_GOODBYE_TIMEOUT):
                for chunk in _chunks(sorted(self._subscribed), limits.UNSUBSCRIBE_MAX_USERS):
                    await client.unsubscribe_user_status(chunk)

    # Telling

    def _begin(self, picture: Picture) -> None:
        early, self._early = self._early or {}, None

        def newest(status: UserStatus) -> UserStatus:
            pushed = early.get(status.user_id, status)
            return max(status, pushed, key=lambda one: one.revision)

        picture = replace(
            picture, own=newest(picture.own), statuses=[*map(newest, picture.statuses)]
        )
        self._newest = {status.user_id: status for status in [picture.own, *picture.statuses]}
        for sentence in missing(self._users, self._newest):
            self._printer.notice(sentence)
        self._printer.begin(picture)
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()

    def _take(self, picture: Picture) -> None:
        """Tell what was learned anew and is news, and of whom nothing can be known any more."""
        learned = {status.user_id: status for status in [picture.own, *picture.statuses]}
        followed = {self._own_id, *picture.friends, *picture.subscriptions, *self._users}
        for user_id in self._newest.keys() - followed:
            del self._newest[user_id]
        unknown = [
            UserStatus(user_id, UserStatusType.UNKNOWN)
            for user_id, status in self._newest.items()
            if user_id not in learned and status.status_type is not UserStatusType.UNKNOWN
        ]
        self._tell_statuses([*filter(self._is_news, learned.values()), *unknown])

    def _is_news(self, status: UserStatus) -> bool:
        before = self._newest.get(status.user_id)
        return before is None or status.revision > before.revision

    def _tell_statuses(self, statuses: Sequence[UserStatus]) -> None:
        changes: list[Change] = []
        for status in statuses:
            if self._follows(status.user_id):
                change = Change(self._newest.get(status.user_id), status)
                changes.append(change)
                if not change.is_guess:
                    self._newest[status.user_id] = status
        if changes:
            self._tell(partial(self._printer.statuses, changes))

    def _follows(self, user_id: str) -> bool:
        if not self._users or user_id in self._users:
            return True
        return self._printer.tells_self and user_id == self._own_id

    def _followed(self, user_ids: Sequence[str]) -> list[str]:
        return [user_id for user_id in user_ids if self._follows(user_id)]

    def _when_begun(self, tell: Callable[[], None]) -> None:
        if self._early is None:
            self._tell(tell)
        else:
            self._waiting.append(tell)

    def _tell(self, tell: Callable[[], None]) -> None:
        if self._leaving:
            return
        try:
            tell()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)

    def _end(self, error: IMError) -> None:
        self._tell(partial(self._printer.ended, error))
        self._fail(error)

    # What the SDK tells

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        if self._early is None:
            self._tell_statuses(statuses)
        else:
            self._early.update((status.user_id, status) for status in statuses)

    def on_friend_list_added(self, friends: list[FriendInfo]) -> None:
        self._when_begun(partial(self._friends_added, friends))

    def _friends_added(self, friends: list[FriendInfo]) -> None:
        followed = [friend for friend in friends if self._follows(friend.user_id)]
        self._printer.friends_added(followed)
        statuses = [friend.user_status for friend in followed if friend.user_status is not None]
        self._tell_statuses([*filter(self._is_news, statuses)])

    def on_friend_list_deleted(self, user_ids: list[str]) -> None:
        self._when_begun(partial(self._printer.friends_deleted, self._followed(user_ids)))

    def on_subscriptions_changed(
        self, added: list[str], removed: list[str], reason: SubscriptionReason
    ) -> None:
        gone = set(removed)
        self._ended_by_others.difference_update(added)
        if reason in (SubscriptionReason.CLEARED, SubscriptionReason.RESYNC):
            self._doubtful |= gone
            self._outdated.set()
        else:
            self._ended_by_others |= gone
            self._subscribed -= gone
        self._when_begun(
            partial(
                self._printer.subscriptions_changed,
                self._followed(added),
                self._followed(removed),
                reason,
            )
        )

    def on_self_devices_changed(self, devices: list[SelfDevice]) -> None:
        self._devices = devices
        if self._early is None:
            self._tell(partial(self._printer.devices_changed, devices))

    def on_console_changed(self, settings: ConsoleSettings) -> None:
        self._outdated.set()
        self._when_begun(partial(self._printer.console_changed, settings))

    def on_reconnect_scheduled(self, delay: float) -> None:
        if not self._lost:
            self._lost = True
            self._tell(self._printer.lost)

    def on_connect_success(self) -> None:
        if self._lost:
            self._lost = False
            self._tell(self._printer.back)

    def on_connect_failed(self, code: int, message: str) -> None:
        self._end(IMError(code, message))

    def on_user_sig_expired(self) -> None:
        self._end(IMError(ErrorCode.ERR_USER_SIG_EXPIRED))

    def on_kicked_offline(self) -> None:
        self._end(IMError(ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER))


async def _query(client: IMClient, users: Sequence[str]) -> list[UserStatus]:
    statuses: list[UserStatus] = []
    for chunk in _chunks(users, limits.QUERY_MAX_USERS):
        statuses += await client.get_user_status(chunk)
    return statuses


def _chunks(users: Sequence[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(users), size):
        yield list(users[start : start + size])
