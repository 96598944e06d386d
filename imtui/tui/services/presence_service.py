"""Keep statuses, friends, devices and subscriptions in the model in step with the backend."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import SUBSCRIBE_MAX_USERS
from imtui.protocol.messages import ConsoleSettings, FriendInfo, SelfDevice, SubscriptionReason
from imtui.protocol.status import UserStatus, UserStatusType
from imtui.tui.commands.command import Keys
from imtui.tui.model.connection import Link
from imtui.tui.model.events import EventKind
from imtui.tui.model.launch import Identity
from imtui.tui.model.model import Model
from imtui.tui.model.own_text import OwnText
from imtui.tui.services.client import ChatClient
from imtui.tui.services.explain import explain
from imtui.tui.settings.file import SettingsFile
from imtui.tui.state.memory import Memory

_NOT_REMEMBERED: Final = (SubscriptionReason.CLEARED, SubscriptionReason.RESYNC)
"""The backend ended these subscriptions, but the user still wants them."""


class PresenceService:
    """Statuses, friends, own devices and subscriptions, and the calls about them."""

    def __init__(
        self,
        model: Model,
        memory: Memory,
        settings: SettingsFile,
        keys: Keys,
        client: Callable[[], ChatClient],
        wake: Callable[[], None],
    ) -> None:
        """Create the service.

        Args:
            model: The model.
            memory: The saved state of the account.
            settings: Says whether to restore the own text after a reconnect.
            keys: The keys of the commands, for sentences.
            client: Returns the client, or raises IMError 6014.
            wake: Called when ``catch_up`` has something to do.
        """
        self._model = model
        self._memory = memory
        self._settings = settings
        self._keys = keys
        self._client = client
        self._wake = wake
        self._text_to_restore: OwnText | None = None
        self._to_query: set[str] = set()

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
        self._to_query.update(added)
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
        unknown = [
            person.user_id
            for person in self._model.listed()
            if not person.friend or (person.subscribed and person.status is UserStatusType.UNKNOWN)
        ]
        if unknown and not await self.attempt(self._query_listed(client, unknown)):
            self._model.mark_unknown(unknown)

    async def catch_up(self, client: ChatClient) -> None:
        """Restore the own text and query new subscriptions, if due."""
        if (text := self._text_to_restore) is not None:
            self._text_to_restore = None
            if await self.attempt(client.set_self_status(text.text, text.expires_at)):
                words = "put your text back after the reconnect"
                self._model.feed.emit(EventKind.NOTICE, words)
            elif self._model.connection.link is not Link.CONNECTED:
                self._text_to_restore = text
        if self._to_query:
            user_ids, self._to_query = self._to_query, set()
            await self.attempt(self._query_listed(client, user_ids))

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
        subscriptions = (*answer.user_id_list, *missing)
        self._model.set_subscriptions(subscriptions)
        self._memory.update(
            lambda state: replace(
                state, started=True, cleared_at=answer.cleared_at, subscriptions=subscriptions
            )
        )

    async def _query_listed(self, client: ChatClient, user_ids: Iterable[str]) -> None:
        listed = [one for one in sorted(user_ids) if self._model.person(one) is not None]
        if not listed:
            return
        try:
            self._model.set_statuses(await client.get_user_status(listed))
        except IMError as error:
            if error.code != ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND:
                raise

    # Calls for the user; each raises IMError with the codes of its SDK call

    async def set_status(self, text: str, expires_at: int | None = None) -> None:
        """Set the own text, or clear it with an empty one."""
        await self._client().set_self_status(text or None, expires_at)
        if text.strip():
            self._memory.update(lambda state: state.with_recent(text.strip()))

    async def set_away_text(self, text: str, expires_at: int) -> None:
        """Set an away text, which is not added to the recent texts."""
        await self._client().set_self_status(text, expires_at)

    async def query_user(self, user_id: str) -> None:
        """Query a user, and add an event with the result."""
        statuses = await self._client().get_user_status([user_id])
        for status in statuses:
            self._model.add_query_result(status)
        self._model.set_statuses(status for status in statuses if self._is_followed(status.user_id))

    async def look_up(self, user_id: str) -> UserStatus:
        """Query a user, and return the result."""
        status, *_ = await self._client().get_user_status([user_id])
        self._model.set_statuses([status] if self._is_followed(user_id) else [])
        return status

    def _is_followed(self, user_id: str) -> bool:
        # Without pushes, a queried status in the list would become outdated.
        person = self._model.person(user_id)
        return person is not None and (
            person.subscribed or person.status is not UserStatusType.UNKNOWN
        )

    async def subscribe_to(self, user_id: str) -> None:
        """Subscribe to a user."""
        await self._client().subscribe_user_status([user_id])

    async def unsubscribe_from(self, user_id: str | None) -> None:
        """Unsubscribe from a user, or from all with None."""
        if user_id is not None and user_id not in self._model.subscriptions.user_ids:
            self._model.feed.emit(EventKind.NOTICE, "was not subscribed", who=user_id)
        user_ids = None if user_id is None else [user_id]
        await self._client().unsubscribe_user_status(user_ids)
