"""The statuses and subscriptions of one account, as its listeners know them."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from msgspec import structs

from imtui.protocol.errors import IMError
from imtui.protocol.messages import (
    ConsoleSettings,
    Empty,
    LoginResult,
    Method,
    Push,
    SelfDevices,
    SubscriptionReason,
    Subscriptions,
    SubscriptionsChanged,
    UserIDListParams,
    UserStatusList,
)
from imtui.protocol.status import UserStatus
from imtui.sdk.link.capability import Capability, push_handler
from imtui.sdk.link.link import Link
from imtui.sdk.listener import IMSDKListener, Listeners
from imtui.sdk.presence.known_statuses import KnownStatuses
from imtui.sdk.presence.resync import resync
from imtui.sdk.presence.subscription_list import SubscriptionList


class FollowedUsers(Protocol):
    """Users, beside the subscribed ones, of whose statuses listeners are notified."""

    def __contains__(self, user_id: str, /) -> bool:
        """Return whether a user is among them."""

    async def refresh(self) -> object:
        """Ask the backend for them and for their statuses, after a reconnect."""


class Presence(Capability):
    """Keeps the statuses and subscriptions of an account up to date, and notifies listeners."""

    def __init__(self, link: Link, listeners: Listeners) -> None:
        """Start with nothing known.

        Args:
            link: Where to ask the backend.
            listeners: Notified of changes.
        """
        self.link = link
        self._listeners = listeners
        self._user_id = ""
        self._followed: list[FollowedUsers] = []
        self._told_at_login: UserStatus | None = None
        """The own status in the answer to the login, which a push may repeat right afterwards."""
        self._wanted = asyncio.Event()
        """Set while what may have changed is to be learned again."""
        self.statuses = KnownStatuses("")
        """The newest status of each user that listeners know."""
        self.subscriptions = SubscriptionList()
        """The subscriptions that listeners know."""
        self.push_handlers = {
            Push.USER_STATUS_CHANGED: push_handler(UserStatusList, self._statuses_pushed),
            Push.SELF_DEVICES_CHANGED: push_handler(SelfDevices, self._self_devices_pushed),
            Push.SUBSCRIPTIONS_CHANGED: push_handler(
                SubscriptionsChanged, self._subscriptions_pushed
            ),
            Push.CONSOLE_CHANGED: push_handler(ConsoleSettings, self._console_pushed),
            Push.RESYNC_NEEDED: push_handler(Empty, self._pushes_dropped),
        }

    def follow(self, users: FollowedUsers) -> None:
        """Keep the statuses of more users up to date."""
        self._followed.append(users)

    def open(self, user_id: str) -> None:
        """Start with nothing known of an account."""
        self._user_id = user_id
        self._wanted.clear()
        self.statuses = KnownStatuses(user_id)
        self.subscriptions = SubscriptionList()

    def begin_login(self) -> None:
        """Mark what is known as outdated."""
        self.statuses.forget_revisions()
        self.subscriptions.begin_login()

    def logged_in(self, result: LoginResult) -> None:
        """Apply the own status in the answer to the login."""
        self.apply_answer([result.self_status], notify_new=True)
        self._told_at_login = result.self_status

    def disconnected(self, now: int) -> None:
        """Set the own status to OFFLINE."""
        self.notify([self.statuses.lose_connection(now)])

    async def run(self, *, is_reconnect: bool) -> IMError | None:
        """Learn again what may have changed while there was no connection, or was dropped."""
        # An event belongs to one event loop, and a program may run several after one another.
        is_wanted = is_reconnect or self._wanted.is_set()
        self._wanted = asyncio.Event()
        if is_wanted:
            self._wanted.set()
        refreshes = [users.refresh for users in self._followed]
        steps = [self._query_own, *refreshes, self.list_subscriptions, self._query_subscribed]
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            error = await resync(steps)
            if error is not None:
                # What was learned is outdated again after the next login.
                return error
            if not self._wanted.is_set():
                self._give_up_outdated()

    async def list_subscriptions(self) -> Subscriptions:
        """Return the account's subscriptions; notify of those that listeners do not know."""
        answer = await self.link.call(
            Method.GET_SUBSCRIPTIONS, Empty(), Subscriptions, self._subscriptions_listed
        )
        # Pushes may have been handled between the answer and this task's turn.
        return structs.replace(answer, user_id_list=self.subscriptions.users)

    def apply_answer(
        self, statuses: Iterable[UserStatus], *, notify_new: bool = False
    ) -> list[UserStatus]:
        """Apply the statuses in an answer, and return the newest known one for each.

        Args:
            statuses: What the backend answered.
            notify_new: Also notify of statuses that listeners never had.
        """
        answered = self.statuses.answered(statuses, self._follows, notify_new=notify_new)
        self.notify(answered.differing)
        return answered.statuses

    def notify(self, statuses: list[UserStatus]) -> None:
        """Notify listeners of statuses, unless there are none."""
        if statuses:
            self._listeners.notify(IMSDKListener.on_user_status_changed, statuses)

    def forget_unless_followed(self, user_ids: Iterable[str]) -> None:
        """Forget the statuses of users whom the account does not follow any more."""
        for user_id in user_ids:
            if not self._follows(user_id):
                self.statuses.drop(user_id)

    def _follows(self, user_id: str) -> bool:
        return (
            user_id == self._user_id
            or any(user_id in users for users in self._followed)
            or user_id in self.subscriptions
        )

    async def _query_own(self) -> None:
        """Learn the own status, unless the answer to the login had it."""
        if self._user_id in self.statuses.outdated():
            await self._query([self._user_id])

    async def _query_subscribed(self) -> None:
        outdated = set(self.statuses.outdated())
        users = [
            user
            for user in self.subscriptions.users
            if user in outdated or user not in self.statuses
        ]
        if users:
            await self._query(users)

    async def _query(self, users: list[str]) -> None:
        await self.link.call(
            Method.GET_USER_STATUS,
            UserIDListParams(users),
            UserStatusList,
            lambda answer: self.apply_answer(answer.user_status_list, notify_new=True),
        )

    def _give_up_outdated(self) -> None:
        """Make UNKNOWN what the resync did not learn, so that no listener keeps a stale status."""
        self.notify(self.statuses.give_up_outdated())
        self.forget_unless_followed(self.statuses.outdated())

    def _subscriptions_listed(self, answer: Subscriptions) -> Subscriptions:
        added, removed = self.subscriptions.listed(answer.user_id_list)
        if added or removed:
            self._listeners.notify(
                IMSDKListener.on_subscriptions_changed, added, removed, SubscriptionReason.RESYNC
            )
        return answer

    def _statuses_pushed(self, push: UserStatusList) -> None:
        statuses = push.user_status_list
        if any(status.user_id == self._user_id for status in statuses):
            told, self._told_at_login = self._told_at_login, None
            statuses = [status for status in statuses if status != told]
        self.notify(self.statuses.pushed(statuses))

    def _self_devices_pushed(self, push: SelfDevices) -> None:
        # It follows each login, behind the status.
        self._told_at_login = None
        self._listeners.notify(IMSDKListener.on_self_devices_changed, push.devices)

    def _subscriptions_pushed(self, push: SubscriptionsChanged) -> None:
        self.subscriptions.changed(push.added, push.removed)
        self.forget_unless_followed(push.removed)
        self._listeners.notify(
            IMSDKListener.on_subscriptions_changed, push.added, push.removed, push.reason
        )

    def _pushes_dropped(self, push: Empty) -> None:
        self.begin_login()
        self._wanted.set()
        self._listeners.notify(IMSDKListener.on_resync_needed)

    def _console_pushed(self, push: ConsoleSettings) -> None:
        self._listeners.notify(IMSDKListener.on_console_changed, push)
