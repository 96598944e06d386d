"""The app's life on the SDK: joining, logging in, putting back what was lost, and the calls."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, NoReturn

from imtui.protocol.chat import Message
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import SUBSCRIBE_MAX_USERS
from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.status import UserStatus, UserStatusType
from imtui.tui.kit.clock import Clock
from imtui.tui.model.connection import Link
from imtui.tui.model.events import EventKind
from imtui.tui.model.launch import Identity, JoinError, Launch
from imtui.tui.model.model import Model
from imtui.tui.model.own_text import OwnText
from imtui.tui.model.put_back import PutBack
from imtui.tui.services.explain import explain
from imtui.tui.services.friend_requests import FriendRequests
from imtui.tui.services.messaging_service import Alerting, MessagingService
from imtui.tui.services.sdk import Client, Retry, Sdk
from imtui.tui.state.memory import Memory

REVIVE_INTERVAL: Final = 5.0
"""The embedded backend is brought up again at most once in so many seconds."""
_SETTLE_AGAIN: Final = 5.0


class LoginService:
    """One account, from the first paint to the end of the app."""

    def __init__(
        self,
        model: Model,
        clock: Clock,
        memory: Memory,
        load_sdk: Callable[[], Sdk],
        joined: Callable[[Identity], None],
        restores_status: Callable[[], bool],
        is_seen: Callable[[str], bool],
        alert: Alerting,
    ) -> None:
        """Make one.

        Args:
            model: Where everything is shown.
            clock: The time.
            memory: What is remembered of the account.
            load_sdk: Imports what is heavy; called after the first paint.
            joined: Told which account it is, once that is known.
            restores_status: Tells whether one's own text is to be put back after a reconnect.
            is_seen: Tells whether the person sees the conversation with somebody at this moment.
            alert: Told what the person should notice of messages.
        """
        self._model = model
        self._clock = clock
        self._load_sdk = load_sdk
        self._memory = memory
        self._joined = joined
        self._restores_status = restores_status
        self._client: Client | None = None
        self._put_back = PutBack("")
        self._wake = asyncio.Event()
        self._nudge = asyncio.Event()
        self._log_in_due = True
        self._logging_in = False
        self._settle_due = False
        self._revive_due = False
        self._revived_at = float("-inf")
        self._text_due: OwnText | None = None
        self._to_query: set[str] = set()
        self.friend_requests = FriendRequests(model, self._connected, alert)
        self.messaging = MessagingService(model, clock, self._connected, is_seen, alert)

    # The life of the session

    async def run(self, launch: Launch) -> None:
        """Join, log in and keep everything right until cancelled; the socket is closed then."""
        while True:
            account = await self._join(launch)
            self._model.log_in_as(account.user_id, account.instance_id)
            self._put_back = PutBack(account.instance_id)
            self._memory.open(account.state_dir)
            self._joined(account)
            sdk = self._load_sdk()
            try:
                async with sdk.client(account, self._model, self) as client:
                    self._client = client
                    await self._follow(client, account, sdk.retry())
            except IMError as error:
                # The address or the device's name is of no use.
                self._client = None
                self._model.connection.stopped(explain(error))
                await self._pause()

    async def _follow(self, client: Client, account: Identity, retry: Retry) -> NoReturn:
        while True:
            await self._act(client, account, retry)
            await self._wake.wait()
            self._wake.clear()

    async def _join(self, launch: Launch) -> Identity:
        while True:
            try:
                return await launch.join()
            except IMError as error:
                self._model.connection.stopped(explain(error))
            except JoinError as error:
                self._model.connection.stopped(f"{error} (r: try again)")
            await self._pause()
            self._model.connection.connecting()

    async def _act(self, client: Client, account: Identity, retry: Retry) -> None:
        """Do whatever is due, in the order in which one thing needs the other."""
        if self._log_in_due:
            self._log_in_due = False
            await self._log_in(client, account, retry)
        if self._revive_due:
            self._revive_due = False
            await self._revive(client, account)
        if self._settle_due:
            self._settle_due = False
            settled = await self._attempt(self._settle(client, account))
            if not settled and self._model.connection.link is Link.CONNECTING:
                self._clock.call_later(_SETTLE_AGAIN, self.learn_anew)
        if (text := self._text_due) is not None:
            self._text_due = None
            if await self._attempt(client.set_self_status(text.text, text.expires_at)):
                self._model.feed.tell(EventKind.NOTICE, "put your text back after the reconnect")
            elif self._model.connection.link is not Link.CONNECTED:
                self._text_due = text
        if self._to_query:
            asked, self._to_query = self._to_query, set()
            await self._attempt(self._learn(client, asked))

    async def _log_in(self, client: Client, account: Identity, retry: Retry) -> None:
        self._model.connection.connecting()
        while True:
            self._logging_in = True
            try:
                await client.login(account.user_id, account.user_sig)
            except IMError as error:
                self._logging_in = False
                if not retry.is_transient(error):
                    self._model.connection.stopped(explain(error))
                    return
                delay = retry.next_delay()
                self._model.connection.waiting(delay, explain(error))
                await self._revive(client, account)
                await self._pause(delay)
                self._model.connection.connecting()
            else:
                self._logging_in = False
                self._settle_due = True
                return

    async def _revive(self, client: Client, account: Identity) -> None:
        now = self._clock.monotonic()
        if account.revive is None or now - self._revived_at < REVIVE_INTERVAL:
            return
        self._revived_at = now
        try:
            await account.revive()
        except (IMError, JoinError) as error:
            self._model.feed.tell(EventKind.NOTICE, str(error))
        else:
            self._nudge.set()
            client.reconnect_now()

    async def _settle(self, client: Client, account: Identity) -> None:
        """Get the whole picture, after a login and after each reconnect."""
        self._model.friends_known(await client.get_friend_list())
        await self._attempt(self._sync_subscriptions(client, account))
        self._to_query.clear()
        untold = [
            person.user_id
            for person in self._model.listed()
            if not person.friend or (person.subscribed and person.status is UserStatusType.UNKNOWN)
        ]
        if untold and not await self._attempt(self._learn(client, untold)):
            self._model.not_known(untold)
        await self._attempt(self.messaging.list_all())
        await self._attempt(self.friend_requests.learn())
        if self._model.connection.link is Link.CONNECTING:
            self._model.connection.connected()

    async def _sync_subscriptions(self, client: Client, account: Identity) -> None:
        """Put back what the backend cleared by itself; else take what the account has now."""
        answer = await client.get_subscriptions()
        wanted: Sequence[str] = ()
        if not self._memory.state.started:
            wanted = account.first_subscriptions
        elif answer.cleared_at is not None and answer.cleared_at != self._memory.state.cleared_at:
            wanted = self._memory.state.subscriptions
        has = set(answer.user_id_list)
        missing = [one for one in wanted if one not in has and one != account.user_id]
        self._model.subscriptions_known(answer.user_id_list)
        for start in range(0, len(missing), SUBSCRIBE_MAX_USERS):
            await client.subscribe_user_status(missing[start : start + SUBSCRIBE_MAX_USERS])
        if missing and self._memory.state.started:
            self._model.feed.tell(
                EventKind.NOTICE, "put back subscriptions that the backend had cleared"
            )
        subscriptions = (*answer.user_id_list, *missing)
        self._model.subscriptions_known(subscriptions)
        self._memory.change(
            lambda state: replace(
                state, started=True, cleared_at=answer.cleared_at, subscriptions=subscriptions
            )
        )

    async def _learn(self, client: Client, user_ids: Iterable[str]) -> None:
        listed = [one for one in sorted(user_ids) if self._model.person(one) is not None]
        if not listed:
            return
        try:
            self._model.statuses_known(await client.get_user_status(listed))
        except IMError as error:
            if error.code != ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND:
                raise

    async def _attempt(self, call: Awaitable[None]) -> bool:
        """Make a call that nobody waits for; a failure becomes a notice."""
        try:
            await call
        except IMError as error:
            self._model.feed.tell(EventKind.NOTICE, explain(error))
            return False
        return True

    async def _pause(self, delay: float | None = None) -> None:
        """Wait for ``delay`` seconds, or until the person asks to go on."""
        due = None if delay is None else self._clock.call_later(delay, self._nudge.set)
        try:
            await self._nudge.wait()
        finally:
            self._nudge.clear()
            if due is not None:
                due.cancel()

    @property
    def puts_text_back(self) -> bool:
        """Tell whether the person's own text is still to be put back after a reconnect."""
        return self._text_due is not None

    # What the connection does (called by the listener)

    def lost(self) -> None:
        """See to the embedded backend when the connection is gone."""
        self._revive_due = True
        self._wake.set()

    def learn_anew(self) -> None:
        """Get the whole picture: the connection stands, or what can be learned has changed."""
        self._settle_due = True
        self._wake.set()

    def refused(self, error: IMError) -> None:
        """Say why there is no further attempt, unless a login is under way that says it itself."""
        if not self._logging_in:
            self._model.connection.stopped(explain(error))

    def own_status(self, status: UserStatus) -> None:
        """Put the own text back if going OFFLINE cleared it."""
        lost = self._put_back.heard(status, self._clock.now())
        if lost is not None and self._restores_status():
            self._text_due = lost
            self._wake.set()

    def subscriptions_changed(self, added: list[str], reason: SubscriptionReason) -> None:
        """Remember what the person subscribed to, and learn the new ones' statuses."""
        if reason in (SubscriptionReason.CLEARED, SubscriptionReason.RESYNC):
            return
        wished = tuple(self._model.subscriptions.user_ids)
        self._memory.change(lambda state: replace(state, subscriptions=wished))
        self._to_query.update(added)
        self._wake.set()

    def message_came(self, message: Message) -> None:
        """Show a message, and tell of it what the person should notice."""
        self.messaging.came(message)

    def message_refused(self, message: Message, error: IMError) -> None:
        """Show that a message could not be sent, and why."""
        self.messaging.failed(message, error)

    # What the person asks for

    def retry(self) -> None:
        """Connect now, or log in again."""
        if self._model.connection.link is Link.STOPPED and self._client is not None:
            self._log_in_due = True
            self._wake.set()
        elif self._client is not None and self._model.connection.link is Link.WAITING:
            self._client.reconnect_now()
        if self._model.connection.link is not Link.CONNECTED:
            self._nudge.set()

    async def set_status(self, text: str, expires_at: int | None = None) -> None:
        """Set the own text, or clear it with an empty one.

        Raises:
            IMError: The call's own codes.
        """
        await self._connected().set_self_status(text or None, expires_at)
        if text.strip():
            self._memory.change(lambda state: state.with_recent(text.strip()))

    async def lay_text(self, text: str, expires_at: int) -> None:
        """Set a text that is not the person's own words, until its end.

        Raises:
            IMError: The call's own codes.
        """
        await self._connected().set_self_status(text, expires_at)

    async def query(self, user_id: str) -> None:
        """Ask how somebody is, and tell the answer.

        Raises:
            IMError: The call's own codes.
        """
        statuses = await self._connected().get_user_status([user_id])
        for status in statuses:
            self._model.answered(status)
        self._model.statuses_known(
            status for status in statuses if self._is_followed(status.user_id)
        )

    async def look_up(self, user_id: str) -> UserStatus:
        """Ask how somebody is, and return it; who is in the list is shown anew.

        Raises:
            IMError: The call's own codes.
        """
        status, *_ = await self._connected().get_user_status([user_id])
        self._model.statuses_known([status] if self._is_followed(user_id) else [])
        return status

    def _is_followed(self, user_id: str) -> bool:
        # A status that nobody will correct must not enter the list.
        person = self._model.person(user_id)
        return person is not None and (
            person.subscribed or person.status is not UserStatusType.UNKNOWN
        )

    async def subscribe(self, user_id: str) -> None:
        """Subscribe to a user.

        Raises:
            IMError: The call's own codes.
        """
        await self._connected().subscribe_user_status([user_id])

    async def unsubscribe(self, user_id: str | None) -> None:
        """Unsubscribe from a user, or from all.

        Raises:
            IMError: The call's own codes.
        """
        if user_id is not None and user_id not in self._model.subscriptions.user_ids:
            self._model.feed.tell(EventKind.NOTICE, "was not subscribed", who=user_id)
        user_ids = None if user_id is None else [user_id]
        await self._connected().unsubscribe_user_status(user_ids)

    async def log_out(self) -> None:
        """Log this device out.

        Raises:
            IMError: The call's own codes.
        """
        await self._connected().logout()
        self._put_back.forget()
        self._model.logged_out()

    def _connected(self) -> Client:
        if self._client is None:
            raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        return self._client
