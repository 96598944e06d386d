"""Watching the statuses of users through a passive login, for a printer."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from imtui.cli.errors import (
    CommandError,
    missing_account_notices,
    missing_accounts_allowed,
    print_notice,
)
from imtui.cli.output.printers import Change, Printer, Snapshot
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

_GOODBYE_TIMEOUT: Final = 0.5


class Watcher(IMSDKListener):
    """Passes the statuses of the watched users to a printer, then each change."""

    def __init__(self, own_id: str, users: Sequence[str], printer: Printer) -> None:
        """Watch ``users``, or if there are none, the own account, friends and subscriptions."""
        self._own_id = own_id
        self._users = list(dict.fromkeys(users))
        self._printer = printer
        self._early_statuses: dict[str, UserStatus] | None = {}
        """Statuses pushed before the first snapshot was printed, then None."""
        self._early_events: list[Callable[[], None]] = []
        """Other events before the first snapshot was printed."""
        self._latest: dict[str, UserStatus] = {}
        self._friends: set[str] = set()
        self._friends_notified = False
        """Whether the backend notifies of friends' statuses."""
        self._subscriptions: set[str] = set()
        self._devices: list[SelfDevice] = []
        self._own_subscriptions: set[str] = set()
        """User IDs that this watcher has subscribed to."""
        self._not_to_resubscribe: set[str] = set()
        """User IDs whose subscription another device or the limit ended."""
        self._unexplained: set[str] = set()
        """User IDs whose subscription ended for an unknown reason."""
        self._cleared_at: int | None = None
        self._needs_reload = asyncio.Event()
        self._is_disconnected = False
        self._is_closing = False
        self._has_failed = asyncio.Event()
        self._failure: Exception | None = None

    async def follow(self, client: IMClient) -> None:
        """Print until cancelled; then end the subscriptions that this watcher made.

        Raises:
            CommandError: None of the named users exists.
            IMError: The first snapshot cannot be loaded, or the login has ended for good.
            BrokenPipeError: The reader of standard output has closed it.
        """
        try:
            self._print_first(await self._load(client, first=True))
            async with asyncio.TaskGroup() as group:
                group.create_task(self._reload_when_needed(client))
                await self._has_failed.wait()
                if self._failure is not None:
                    raise self._failure
        finally:
            self._is_closing = True
            await self._unsubscribe(client)

    # Loading

    async def _load(self, client: IMClient, *, first: bool) -> Snapshot:
        friends = await client.get_friend_list()
        self._friends = {friend.user_id for friend in friends}
        self._friends_notified = any(friend.user_status is not None for friend in friends)
        statuses = await client.get_user_status([self._own_id])
        statuses += [friend.user_status for friend in friends if friend.user_status is not None]
        known = {status.user_id: status for status in statuses}
        subscriptions = await self._load_subscriptions(client, first=first)
        try:
            strangers = [user for user in self._users if user not in known]
            subscriptions += await self._subscribe(client, strangers, subscriptions)
            subscribed = set(subscriptions)
            wanted = [user for user in self._users or subscriptions if user in subscribed]
            asked = await _query(client, [user for user in wanted if user not in known])
        except IMError as error:
            # Friends' statuses need neither the edition nor the switch, so go on with them.
            if bool(self._users) if first else is_transient(error):
                raise
            self._printer.print_error(error)
        else:
            known |= {status.user_id: status for status in asked}
        return Snapshot(
            known.get(self._own_id) or UserStatus(self._own_id, UserStatusType.UNKNOWN),
            [known[user] for user in self._users or known if user in known],
            [friend.user_id for friend in friends],
            subscriptions,
            self._devices,
            bool(self._users),
        )

    async def _load_subscriptions(self, client: IMClient, *, first: bool) -> list[str]:
        answer = await client.get_subscriptions()
        if first or answer.cleared_at == self._cleared_at:
            self._not_to_resubscribe |= self._unexplained
        self._unexplained.clear()
        self._cleared_at = answer.cleared_at
        self._subscriptions = set(answer.user_id_list)
        return list(answer.user_id_list)

    async def _subscribe(
        self, client: IMClient, users: Sequence[str], before: Sequence[str]
    ) -> list[str]:
        """Subscribe to the users without a subscription, and return them."""
        lacking = [user for user in users if user not in {*before, *self._not_to_resubscribe}]
        for chunk in _chunks(lacking, limits.SUBSCRIBE_MAX_USERS):
            with missing_accounts_allowed():
                await client.subscribe_user_status(chunk)
                self._own_subscriptions.update(chunk)
        return lacking

    async def _reload_when_needed(self, client: IMClient) -> None:
        """Load everything again after the console or the subscriptions have changed."""
        while True:
            await self._needs_reload.wait()
            self._needs_reload.clear()
            try:
                self._print_reloaded(await self._load(client, first=False))
            except IMError as error:
                self._print(partial(self._printer.print_error, error))

    async def _unsubscribe(self, client: IMClient) -> None:
        # Subscriptions belong to the account, and its other devices rely on the rest.
        with contextlib.suppress(IMError, TimeoutError):
            async with asyncio.timeout(_GOODBYE_TIMEOUT):
                for chunk in _chunks(sorted(self._own_subscriptions), limits.UNSUBSCRIBE_MAX_USERS):
                    await client.unsubscribe_user_status(chunk)

    # Printing

    def _print_first(self, snapshot: Snapshot) -> None:
        early, self._early_statuses = self._early_statuses or {}, None

        def newest(status: UserStatus) -> UserStatus:
            pushed = early.get(status.user_id, status)
            return max(status, pushed, key=lambda one: one.revision)

        snapshot = replace(
            snapshot, own=newest(snapshot.own), statuses=[*map(newest, snapshot.statuses)]
        )
        self._latest = {status.user_id: status for status in [snapshot.own, *snapshot.statuses]}
        missing = missing_account_notices(self._users, self._latest)
        if missing and not snapshot.statuses:
            raise CommandError(" ".join(missing))
        for sentence in missing:
            print_notice(sentence)
        self._printer.print_snapshot(snapshot)
        waiting, self._early_events = self._early_events, []
        for print_event in waiting:
            print_event()

    def _print_reloaded(self, snapshot: Snapshot) -> None:
        """Print newer statuses, and UNKNOWN for users whose status is no longer available."""
        loaded = {status.user_id: status for status in [snapshot.own, *snapshot.statuses]}
        followed = {self._own_id, *snapshot.friends, *snapshot.subscriptions, *self._users}
        for user_id in self._latest.keys() - followed:
            del self._latest[user_id]
        unknown = [
            UserStatus(user_id, UserStatusType.UNKNOWN)
            for user_id, status in self._latest.items()
            if user_id not in loaded and status.status_type is not UserStatusType.UNKNOWN
        ]
        self._print_statuses([*filter(self._is_newer, loaded.values()), *unknown])

    def _is_newer(self, status: UserStatus) -> bool:
        before = self._latest.get(status.user_id)
        return before is None or status.revision > before.revision

    def _print_statuses(self, statuses: Sequence[UserStatus]) -> None:
        changes: list[Change] = []
        for status in statuses:
            if self._follows(status.user_id):
                change = Change(self._latest.get(status.user_id), status)
                changes.append(change)
                if not change.is_guess:
                    self._latest[status.user_id] = status
        if changes:
            self._print(partial(self._printer.print_changes, changes))

    def _follows(self, user_id: str) -> bool:
        if not self._users or user_id in self._users:
            return True
        return self._printer.prints_own_status and user_id == self._own_id

    def _followed(self, user_ids: Sequence[str]) -> list[str]:
        return [user_id for user_id in user_ids if self._follows(user_id)]

    def _print_or_queue(self, print_event: Callable[[], None]) -> None:
        if self._early_statuses is None:
            self._print(print_event)
        else:
            self._early_events.append(print_event)

    def _print(self, print_event: Callable[[], None]) -> None:
        if self._is_closing:
            return
        try:
            print_event()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if self._failure is None:
            self._failure = error
            self._has_failed.set()

    def _fail_for_good(self, error: IMError) -> None:
        self._print(partial(self._printer.connection_ended, error))
        self._fail(error)

    # Listener methods

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        if self._early_statuses is None:
            self._print_statuses(statuses)
        else:
            self._early_statuses.update((status.user_id, status) for status in statuses)

    def on_friend_list_added(self, friends: list[FriendInfo]) -> None:
        self._print_or_queue(partial(self._friends_added, friends))

    def _friends_added(self, friends: list[FriendInfo]) -> None:
        self._friends.update(friend.user_id for friend in friends)
        self._friends_notified |= any(friend.user_status is not None for friend in friends)
        followed = [friend for friend in friends if self._follows(friend.user_id)]
        self._printer.friends_added(followed)
        statuses = [friend.user_status for friend in followed if friend.user_status is not None]
        self._print_statuses([*filter(self._is_newer, statuses)])

    def on_friend_list_deleted(self, user_ids: list[str]) -> None:
        self._print_or_queue(partial(self._friends_deleted, user_ids))

    def _friends_deleted(self, user_ids: list[str]) -> None:
        self._friends.difference_update(user_ids)
        self._printer.friends_deleted(self._followed(user_ids))
        self._print_unknown(user_ids)

    def on_subscriptions_changed(
        self, added: list[str], removed: list[str], reason: SubscriptionReason
    ) -> None:
        ended = set(removed)
        self._not_to_resubscribe.difference_update(added)
        if reason in (SubscriptionReason.CLEARED, SubscriptionReason.RESYNC):
            self._unexplained |= ended
            self._needs_reload.set()
        else:
            self._not_to_resubscribe |= ended
            self._own_subscriptions -= ended
        self._print_or_queue(partial(self._subscriptions_changed, added, removed, reason))

    def _subscriptions_changed(
        self, added: list[str], removed: list[str], reason: SubscriptionReason
    ) -> None:
        self._subscriptions.update(added)
        self._subscriptions.difference_update(removed)
        self._printer.subscriptions_changed(self._followed(added), self._followed(removed), reason)
        self._print_unknown(removed)

    def _print_unknown(self, user_ids: Sequence[str]) -> None:
        """Print UNKNOWN for users whose status nothing keeps up to date any more."""
        for user_id in user_ids:
            is_kept = user_id in self._subscriptions or (
                self._friends_notified and user_id in self._friends
            )
            if user_id in self._latest and not is_kept:
                self._latest[user_id] = UserStatus(user_id, UserStatusType.UNKNOWN)
                self._printer.status_ended(self._latest[user_id])

    def on_self_devices_changed(self, devices: list[SelfDevice]) -> None:
        self._devices = devices
        if self._early_statuses is None:
            self._print(partial(self._printer.devices_changed, devices))

    def on_console_changed(self, settings: ConsoleSettings) -> None:
        self._needs_reload.set()
        self._print_or_queue(partial(self._printer.console_changed, settings))

    def on_resync_needed(self) -> None:
        self._needs_reload.set()

    def on_reconnect_scheduled(self, delay: float) -> None:
        if not self._is_disconnected:
            self._is_disconnected = True
            self._print(self._printer.connection_lost)

    def on_connect_success(self) -> None:
        if self._is_disconnected:
            self._is_disconnected = False
            self._print(self._printer.connection_restored)

    def on_connect_failed(self, code: int, message: str) -> None:
        self._fail_for_good(IMError(code, message))

    def on_user_sig_expired(self) -> None:
        self._fail_for_good(IMError(ErrorCode.ERR_USER_SIG_EXPIRED))

    def on_kicked_offline(self) -> None:
        self._fail_for_good(IMError(ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER))


async def _query(client: IMClient, users: Sequence[str]) -> list[UserStatus]:
    statuses: list[UserStatus] = []
    for chunk in _chunks(users, limits.QUERY_MAX_USERS):
        with missing_accounts_allowed():
            statuses += await client.get_user_status(chunk)
    return statuses


def _chunks(users: Sequence[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(users), size):
        yield list(users[start : start + size])
