"""The life cycle of a login: joining, logging in, synchronizing, and reviving the backend."""

import asyncio
from collections.abc import Callable
from typing import Final, NoReturn

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.status import UserStatus
from imtui.tui.commands.command import Keys
from imtui.tui.commands.sentences import with_keys
from imtui.tui.kit.clock import Clock
from imtui.tui.model.connection import Link
from imtui.tui.model.events import EventKind
from imtui.tui.model.launch import Identity, JoinError, Launch
from imtui.tui.model.model import Model
from imtui.tui.services.client import ChatClient
from imtui.tui.services.explain import explain
from imtui.tui.services.friend_requests import FriendRequests
from imtui.tui.services.messaging_service import AlertCallback, MessagingService
from imtui.tui.services.presence_service import PresenceService
from imtui.tui.services.sdk import Retry, Sdk
from imtui.tui.services.services import Services
from imtui.tui.settings.file import SettingsFile
from imtui.tui.state.memory import Memory

REVIVE_INTERVAL: Final = 5.0
"""Minimum seconds between two restarts of the embedded backend."""
_SYNC_RETRY_DELAY: Final = 5.0


class LoginService:
    """Keep one account logged in, from the first paint to the end of the app."""

    def __init__(
        self,
        model: Model,
        clock: Clock,
        memory: Memory,
        settings: SettingsFile,
        keys: Keys,
        load_sdk: Callable[[], Sdk],
        joined: Callable[[Identity], None],
        is_seen: Callable[[str], bool],
        alert: AlertCallback,
    ) -> None:
        """Create the service.

        Args:
            model: The model.
            clock: The time.
            memory: The saved state of the account.
            settings: The settings.
            keys: The keys of the commands, for sentences.
            load_sdk: Imports the SDK, which is slow; called after the first paint.
            joined: Called with the identity, once it is known.
            is_seen: Tells whether the conversation with a user is visible now.
            alert: Called with each alert.
        """
        self._model = model
        self._clock = clock
        self._keys = keys
        self._load_sdk = load_sdk
        self._memory = memory
        self._joined = joined
        self._client: ChatClient | None = None
        self._wake = asyncio.Event()
        self._resume = asyncio.Event()
        self._log_in_due = True
        self._logging_in = False
        self._sync_due = False
        self._revive_due = False
        self._revived_at = float("-inf")
        self.presence = PresenceService(
            model, clock, memory, settings, keys, self._connected, self._wake.set
        )
        self.friend_requests = FriendRequests(model, keys, self._connected, alert)
        self.messaging = MessagingService(model, clock, keys, self._connected, is_seen, alert)
        self._services = Services(self, self.presence, self.friend_requests, self.messaging)

    async def run(self, launch: Launch) -> None:
        """Join, log in and keep the model up to date until cancelled, then close the client."""
        while True:
            identity = await self._join(launch)
            self._model.log_in_as(identity.user_id, identity.instance_id)
            self._memory.open(identity.state_dir)
            self._joined(identity)
            sdk = self._load_sdk()
            try:
                async with sdk.client(identity, self._services) as client:
                    self._client = client
                    await self._keep_logged_in(client, identity, sdk.retry())
            except IMError as error:
                # The address or the device's name is invalid.
                self._client = None
                self._model.connection.stopped(explain(error, self._keys))
                await self._wait_for_resume()

    async def _keep_logged_in(
        self, client: ChatClient, identity: Identity, retry: Retry
    ) -> NoReturn:
        while True:
            await self._run_due(client, identity, retry)
            await self._wake.wait()
            self._wake.clear()

    async def _join(self, launch: Launch) -> Identity:
        while True:
            try:
                return await launch.join()
            except IMError as error:
                self._model.connection.stopped(explain(error, self._keys))
            except JoinError as error:
                again = with_keys("({retry}: try again)", self._keys)
                self._model.connection.stopped(f"{error} {again}")
            await self._wait_for_resume()
            self._model.connection.connecting()

    async def _run_due(self, client: ChatClient, identity: Identity, retry: Retry) -> None:
        """Run the due tasks in the order of their dependencies."""
        if self._log_in_due:
            self._log_in_due = False
            await self._log_in(client, identity, retry)
        if self._revive_due:
            self._revive_due = False
            await self._revive(client, identity)
        if self._sync_due:
            self._sync_due = False
            synced = await self.presence.attempt(self._sync(client, identity))
            if not synced and self._model.connection.link is Link.CONNECTING:
                self._clock.call_later(_SYNC_RETRY_DELAY, self.request_sync)
        await self.presence.catch_up(client)

    async def _log_in(self, client: ChatClient, identity: Identity, retry: Retry) -> None:
        self._model.connection.connecting()
        while True:
            self._logging_in = True
            try:
                await client.login(identity.user_id, identity.user_sig)
            except IMError as error:
                self._logging_in = False
                if not retry.is_transient(error):
                    self._model.connection.stopped(explain(error, self._keys))
                    return
                delay = retry.next_delay()
                self._model.connection.waiting(delay, explain(error, self._keys))
                await self._revive(client, identity)
                await self._wait_for_resume(delay)
                self._model.connection.connecting()
            else:
                self._logging_in = False
                self._sync_due = True
                return

    async def _revive(self, client: ChatClient, identity: Identity) -> None:
        now = self._clock.monotonic()
        if identity.revive is None or now - self._revived_at < REVIVE_INTERVAL:
            return
        self._revived_at = now
        try:
            await identity.revive()
        except (IMError, JoinError) as error:
            self._model.feed.emit(EventKind.NOTICE, str(error))
        else:
            self._resume.set()
            client.reconnect_now()

    async def _sync(self, client: ChatClient, identity: Identity) -> None:
        """Load everything from the backend, after a login and after each reconnect."""
        await self.presence.sync(client, identity)
        await self.presence.attempt(self.messaging.load_conversations())
        await self.presence.attempt(self.friend_requests.sync())
        self._model.synced()
        if self._model.connection.link is Link.CONNECTING:
            self._model.connection.connected()

    async def _wait_for_resume(self, delay: float | None = None) -> None:
        """Wait for ``delay`` seconds, or until the user asks to connect."""
        due = None if delay is None else self._clock.call_later(delay, self._resume.set)
        try:
            await self._resume.wait()
        finally:
            self._resume.clear()
            if due is not None:
                due.cancel()

    # Events of the connection

    def connecting(self) -> None:
        """Handle the start of an attempt to connect."""
        self._model.connection.connecting()

    def login_succeeded(self) -> None:
        """Handle an established connection."""
        self._model.login_succeeded()
        self.request_sync()

    def resync_needed(self) -> None:
        """Handle that the backend dropped events: load everything again."""
        self._model.resync_needed()
        self.request_sync()

    def lost(self, delay: float) -> None:
        """Handle the loss of the connection, and revive the embedded backend."""
        self._model.connection.waiting(delay)
        self._revive_due = True
        self._wake.set()

    def kicked(self) -> None:
        """Handle a login that replaced this device."""
        self.presence.forget_text()
        words = "Kicked offline by another login, or by an admin ({retry}: log in again)"
        self._model.kicked(with_keys(words, self._keys))

    def sig_expired(self) -> None:
        """Handle the expiry of the UserSig."""
        self._model.connection.stopped("UserSig expired: get a new one and start imtui again")

    def request_sync(self) -> None:
        """Load everything again."""
        self._sync_due = True
        self._wake.set()

    def refused(self, error: IMError) -> None:
        """Handle the end of attempts to connect; a login in progress reports it itself."""
        if not self._logging_in:
            self._model.connection.stopped(explain(error, self._keys))

    # Calls for the user

    def retry(self) -> None:
        """Connect now, or log in again."""
        if self._model.connection.link is Link.STOPPED and self._client is not None:
            self._log_in_due = True
            self._wake.set()
        elif self._client is not None and self._model.connection.link is Link.WAITING:
            self._client.reconnect_now()
        if self._model.connection.link is not Link.CONNECTED:
            self._resume.set()

    async def log_out(self) -> None:
        """Log this device out.

        Raises:
            IMError: The codes of ``logout``.
        """
        try:
            self._logged_out(await self._connected().logout())
        except IMError as error:
            if error.code != ErrorCode.ERR_SDK_NOT_LOGGED_IN:
                # The SDK is logged out in any case.
                self._logged_out(None)
            raise

    def _logged_out(self, status: UserStatus | None) -> None:
        self.presence.forget_text()
        self._model.account.texts.forget()
        words = "Logged out on this device ({retry}: log in again)"
        self._model.logged_out(status, with_keys(words, self._keys))

    def _connected(self) -> ChatClient:
        if self._client is None:
            raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        return self._client
