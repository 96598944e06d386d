"""Keep statuses, friends, devices and subscriptions in the model in step with the backend."""

import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import QUERY_MAX_USERS, SUBSCRIBE_MAX_USERS
from imtui.protocol.messages import ConsoleSettings, FriendInfo, SelfDevice, SubscriptionReason
from imtui.protocol.status import UserStatus
from imtui.tui.commands.command import Keys
from imtui.tui.kit.clock import Clock
from imtui.tui.model.connection import Link
from imtui.tui.model.events import EventKind
from imtui.tui.model.launch import Identity
from imtui.tui.model.model import Model
from imtui.tui.model.own_text import OwnText
from imtui.tui.services.client import ChatClient
from imtui.tui.services.explain import explain
from imtui.tui.settings.file import SettingsFile
from imtui.tui.state.memory import Memory

ASK_INTERVAL: Final = 60.0
"""Minimum seconds between two queries of a user whose status is not live."""
_REFUSED_FOR_ALL: Final = {
    ErrorCode.ERR_SDK_INTERFACE_NOT_SUPPORT,
    ErrorCode.ERR_SVR_ACCOUNT_USER_STATUS_DISABLED,
}
"""Refusals that hold for every query and subscription, until the console changes."""
_NOT_REMEMBERED: Final = (SubscriptionReason.CLEARED, SubscriptionReason.RESYNC)
"""The backend ended these subscriptions, but the user still wants them."""


class PresenceService:
    """Statuses, friends, own devices and subscriptions, and the calls about them."""

    def __init__(
        self,
        model: Model,
        clock: Clock,
        memory: Memory,
        settings: SettingsFile,
        keys: Keys,
        client: Callable[[], ChatClient],
        wake: Callable[[], None],
    ) -> None:
        """Create the service.

        Args:
            model: The model.
            clock: The time.
            memory: The saved state of the account.
            settings: Says whether to restore the own text after a reconnect.
            keys: The keys of the commands, for sentences.
            client: Returns the client, or raises IMError 6014.
            wake: Called when ``catch_up`` has something to do.
        """
        self._model = model
        self._clock = clock
        self._memory = memory
        self._settings = settings
        self._keys = keys
        self._client = client
        self._wake = wake
        self._text_to_restore: OwnText | None = None
        self._to_query: dict[str, None] = {}
        self._asked: dict[str, float] = {}
        """When users of open conversations were last queried, in monotonic seconds."""
        self._refusals: set[int] = set()
        """The codes of refused queries of which the user was told since the last answer."""

    @property
    def is_restoring_text(self) -> bool:
        """Tell whether the own text is still to be restored after a reconnect."""
        return self._text_to_restore is not None

    # Events

    def statuses_changed(self, statuses: list[UserStatus]) -> None:
        """Handle pushed statuses; restore the own text if going OFFLINE cleared it."""
        self._model.statuses_changed(statuses)
        lost = self._model.account.texts.take_lost()
        if lost is not None and self._settings.settings.restore_status:
            self._text_to_restore = lost
            self._wake()

    def forget_text(self) -> None:
        """Restore no text any more: the user has set another one, or this device is logged out."""
        self._text_to_restore = None

    def devices_changed(self, devices: list[SelfDevice]) -> None:
        """Handle a change of the own devices."""
        self._model.devices_changed(devices)

    def console_changed(self, settings: ConsoleSettings) -> None:
        """Handle a change of the console's settings."""
        self._model.console_changed(settings)

    def friends_added(self, friends: list[FriendInfo]) -> None:
        """Handle new friends."""
        self._model.friends_added(friends)

    def friends_deleted(self, user_ids: list[str]) -> None:
        """Handle deleted friends."""
        self._model.friends_deleted(user_ids)

    def names_changed(self, friends: list[FriendInfo]) -> None:
        """Handle new names of friends."""
        self._model.names_changed(friends)

    def subscriptions_changed(
        self, added: list[str], removed: list[str], reason: SubscriptionReason
    ) -> None:
        """Handle a change of the subscriptions: save them, and query the new ones."""
        self._model.subscriptions_changed(added, removed, reason)
        if reason in _NOT_REMEMBERED:
            return
        wanted = tuple(self._model.subscriptions.user_ids)
        self._memory.update(lambda state: replace(state, subscriptions=wanted))
        self._to_query |= dict.fromkeys(added)
        self._wake()

    # Synchronization

    async def sync(self, client: ChatClient, identity: Identity) -> None:
        """Load friends, subscriptions and statuses after a login or a reconnect.

        Raises:
            IMError: The codes of ``get_friend_list``; other failures become events.
        """
        self._model.set_friends(await client.get_friend_list())
        await self.attempt(self._sync_subscriptions(client, identity))
        self._to_query.clear()
        await self._query_listed(client, self._model.unconfirmed())

    async def catch_up(self, client: ChatClient) -> None:
        """Restore the own text and query new subscriptions, if due."""
        if (text := self._text_to_restore) is not None:
            await self._restore(client, text)
        if self._to_query:
            user_ids, self._to_query = self._to_query, {}
            await self._query_listed(client, user_ids)

    async def _restore(self, client: ChatClient, text: OwnText) -> None:
        current = self._model.account.texts.current
        if current is not None and current.text:
            # Another device was faster.
            self._text_to_restore = None
        elif await self.attempt(client.set_self_status(text.text, text.expires_at)):
            words = "put your text back after the reconnect"
            self._model.feed.emit(EventKind.NOTICE, words)
        elif self._model.connection.link is not Link.CONNECTED:
            return
        if self._text_to_restore is text:
            self._text_to_restore = None

    async def attempt(self, call: Awaitable[None]) -> bool:
        """Await a call and return whether it succeeded; a failure becomes an event."""
        try:
            await call
        except IMError as error:
            self._model.feed.emit(EventKind.NOTICE, explain(error, self._keys))
            return False
        return True

    async def _sync_subscriptions(self, client: ChatClient, identity: Identity) -> None:
        """Load the subscriptions; subscribe again if the backend had cleared them."""
        answer = await client.get_subscriptions()
        state = self._memory.state
        wanted: Sequence[str] = ()
        if not state.started:
            wanted = identity.first_subscriptions
        elif answer.cleared_at is not None and answer.cleared_at != state.cleared_at:
            wanted = state.subscriptions
        has = set(answer.user_id_list)
        missing = [one for one in wanted if one not in has and one != identity.user_id]
        self._model.set_subscriptions(answer.user_id_list)
        for start in range(0, len(missing), SUBSCRIBE_MAX_USERS):
            await client.subscribe_user_status(missing[start : start + SUBSCRIBE_MAX_USERS])
        if missing and self._memory.state.started:
            words = "put back subscriptions that the backend had cleared"
            self._model.feed.emit(EventKind.NOTICE, words)
        subscriptions = tuple(self._model.subscriptions.user_ids)
        self._memory.update(
            lambda state: replace(
                state, started=True, cleared_at=answer.cleared_at, subscriptions=subscriptions
            )
        )

    async def _query_listed(self, client: ChatClient, user_ids: Iterable[str]) -> None:
        """Query listed users; a refusal becomes an event the first time."""
        listed = [one for one in user_ids if self._model.person(one) is not None]
        if not listed:
            return
        try:
            statuses = await client.get_user_status(listed[:QUERY_MAX_USERS])
        except IMError as error:
            self._query_failed(error)
        else:
            self._refusals.clear()
            self._model.set_subscribers_notified(True)
            self._model.set_statuses(statuses)

    def _query_failed(self, error: IMError) -> None:
        if error.code == ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND:
            return
        if error.code in _REFUSED_FOR_ALL:
            self._model.set_subscribers_notified(False)
        if error.code not in self._refusals:
            self._refusals.add(error.code)
            self._model.feed.emit(EventKind.NOTICE, explain(error, self._keys))

    def ask_about(self, user_id: str) -> None:
        """Query the user of an open conversation, unless their status is live.

        A user is queried at most once a minute.
        """
        now = self._clock.monotonic()
        person = self._model.person(user_id)
        if person is None or person.live:
            return
        if self._model.connection.link is not Link.CONNECTED:
            return
        if not self._model.sources.subscribers_notified:
            return
        if now - self._asked.get(user_id, -math.inf) < ASK_INTERVAL:
            return
        self._asked = {one: at for one, at in self._asked.items() if now - at < ASK_INTERVAL}
        self._asked[user_id] = now
        self._to_query[user_id] = None
        self._wake()

    # Calls for the user; each raises IMError with the codes of its SDK call

    async def set_status(self, text: str, expires_at: int | None = None) -> None:
        """Set the own text, or clear it with an empty one."""
        self.forget_text()
        await self._client().set_self_status(text or None, expires_at)
        if text.strip():
            self._memory.update(lambda state: state.with_recent(text.strip()))

    async def set_away_text(self, text: str, expires_at: int) -> None:
        """Set an away text, which is not added to the recent texts."""
        await self._client().set_self_status(text, expires_at)

    async def query_user(self, user_id: str) -> None:
        """Query a user, and add an event with the result."""
        self._model.add_query_result(await self.look_up(user_id))

    async def look_up(self, user_id: str) -> UserStatus:
        """Query a user, and return the result."""
        status, *_ = await self._client().get_user_status([user_id])
        self._model.set_statuses([status])
        return status

    async def subscribe_to(self, user_id: str) -> None:
        """Subscribe to a user."""
        await self._client().subscribe_user_status([user_id])

    async def unsubscribe_from(self, user_id: str | None) -> None:
        """Unsubscribe from a user, or from all with None."""
        if user_id is not None and user_id not in self._model.subscriptions.user_ids:
            self._model.feed.emit(EventKind.NOTICE, "was not subscribed", who=user_id)
        user_ids = None if user_id is None else [user_id]
        await self._client().unsubscribe_user_status(user_ids)
