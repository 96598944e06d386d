"""The SDK's face."""

import secrets
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import IntEnum
from functools import partial
from pathlib import Path
from ssl import SSLContext
from types import TracebackType
from typing import TYPE_CHECKING, Self

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_device_name, check_instance_id
from imtui.protocol.messages import (
    Empty,
    LoginParams,
    Method,
    SetSelfStatusParams,
    Subscriptions,
    UnsubscribeParams,
    UserIDListParams,
    UserStatusList,
)
from imtui.protocol.status import Platform, UserStatus
from imtui.sdk.friends.calls import FriendshipCalls, user_id_list
from imtui.sdk.link.address import web_socket_address
from imtui.sdk.link.backoff import Backoff
from imtui.sdk.link.connection import open_connection
from imtui.sdk.link.session import Session, Settings
from imtui.sdk.listener import IMSDKListener, Listeners
from imtui.sdk.messages.calls import ChatCalls

if TYPE_CHECKING:
    from imtui.sdk.messages.account_chat import AccountChat


class LoginStatus(IntEnum):
    """Whether an account is logged in."""

    LOGINED = 1
    """Logged in; the connection may be away for the moment."""
    LOGINING = 2
    """A login is under way."""
    LOGOUT = 3
    """Not logged in."""


class IMClient(ChatCalls, FriendshipCalls):
    """A device of one account at a time, connected to a backend.

    All calls raise ``IMError``: the backend's refusal; 6014 while not logged in; 9508 if there was
    no connection within the time-out; 9520 if there was no answer; 9522 for a request over 1 MB.
    """

    def __init__(
        self,
        url: str,
        sdk_app_id: int,
        *,
        device_name: str = "",
        platform: Platform | None = None,
        instance_id: str | None = None,
        timeout: float = limits.CALL_TIMEOUT,
        insecure: bool = False,
        ssl: SSLContext | None = None,
        backoff: Backoff | None = None,
        wall_clock: Callable[[], float] = time.time,
        storage_dir: Path | None = None,
    ) -> None:
        """Prepare a client; nothing is sent before ``login``.

        Args:
            url: ``ws://host:port``, ``wss://host:port`` or ``ws+unix:///absolute/path``.
            sdk_app_id: The app.
            device_name: What the person calls this device, at most 64 bytes.
            platform: What this device runs on; found out if not given.
            instance_id: What makes this device the same one after a restart, 1 to 64 of
                ``A-Z a-z 0-9 _ -``; random if not given.
            timeout: How long a call, or an attempt to connect and log in, may take, in seconds.
            insecure: Allow ``ws://`` to another machine.
            ssl: What to trust with ``wss://``; the system's certificates if not given.
            backoff: The delays between attempts to reconnect.
            wall_clock: Returns Unix seconds.
            storage_dir: The private folder of the cache and the outbox of messages, made if it
                is not there; without one, both are in memory and end with ``close``.

        Raises:
            IMError: 6017.
        """
        self._settings = Settings(
            partial(
                open_connection,
                web_socket_address(url, insecure=insecure),
                ssl=ssl,
                timeout=timeout,
            ),
            timeout,
            backoff or Backoff(),
            wall_clock,
        )
        self._device = LoginParams(
            sdk_app_id,
            "",
            platform=platform or _this_platform(),
            instance_id=check_instance_id(instance_id or secrets.token_hex(16)),
            device_name=check_device_name(device_name),
        )
        self._listeners = Listeners()
        self._session: Session | None = None
        self._storage_dir = storage_dir
        self._login_under_way = False

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        await self.close()

    @property
    def instance_id(self) -> str:
        """Return the ID of this device."""
        return self._device.instance_id

    @property
    def connected(self) -> bool:
        """Tell whether there is a connection with a login on it right now."""
        return self._session is not None and self._session.connected

    def add_im_sdk_listener(self, listener: IMSDKListener) -> None:
        """Add a listener; one that is there already is not added again."""
        self._listeners.add(listener)

    def remove_im_sdk_listener(self, listener: IMSDKListener) -> None:
        """Remove a listener; from now on it is told nothing."""
        self._listeners.remove(listener)

    def get_login_user(self) -> str | None:
        """Return the account that is logged in, or None."""
        session = self._session
        return session.user_id if session is not None and session.logged_in else None

    def get_login_status(self) -> LoginStatus:
        """Return whether an account is logged in."""
        if self.get_login_user() is not None:
            return LoginStatus.LOGINED
        return LoginStatus.LOGINING if self._login_under_way else LoginStatus.LOGOUT

    def reconnect_now(self) -> None:
        """Reconnect now instead of later, or make sure now that the connection still works."""
        if self._session is not None:
            self._session.hurry()

    async def login(
        self,
        user_id: str,
        user_sig: str | Callable[[], str],
        *,
        passive: bool = False,
        resume: bool = False,
    ) -> None:
        """Connect and log in, trying once; afterwards reconnect and resume by itself.

        Logging in as the account that is logged in already changes nothing; as another one, logs
        the first out.

        Args:
            user_id: The account.
            user_sig: Its UserSig, or what makes a new one for each attempt.
            passive: Be no device: make nobody ONLINE, and be listed nowhere.
            resume: Go on with an earlier login of this instance ID.

        Raises:
            IMError: 9508, 9510, 9511, 9516 or 9520 if there was no connection or answer within
                the time-out; 7501 if a login is under way; 6023 if it was logged out meanwhile;
                else the backend's refusal.
        """
        if self._login_under_way:
            raise IMError(ErrorCode.ERR_SDK_ACCOUNT_LOGIN_IN_PROCESS)
        if self.get_login_user() == user_id:
            return
        self._login_under_way = True
        try:
            if self._session is not None:
                # If the backend cannot be told, closing the connection is all that can be done.
                with suppress(IMError):
                    await self._session.log_out()
            params = _with_login(self._device, user_id, passive=passive, resume=resume)
            chat = self._open_chat(user_id)
            self._session = Session(self._settings, self._listeners, params, user_sig, chat)
            await self._session.start()
        finally:
            self._login_under_way = False

    async def logout(self) -> None:
        """Log out this device and close the connection; the client is logged out in any case.

        Raises:
            IMError: 6014 if nobody was logged in; otherwise the backend could not be told, and
                takes the device as lost.
        """
        session = self._session
        if session is None or not (session.logged_in or self._login_under_way):
            raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        try:
            await session.log_out()
        finally:
            self._close_chat()

    async def close(self) -> None:
        """Close the connection without logging out; may be called again."""
        try:
            if self._session is not None:
                await self._session.close()
        finally:
            self._close_chat()

    async def set_self_status(self, text: str | None, expires_at: int | None = None) -> None:
        """Set the own custom status.

        Args:
            text: At most 100 bytes of UTF-8; None or nothing but white space clears it.
            expires_at: When the text before comes back, in Unix milliseconds.

        Raises:
            IMError: 6017 for a text or an end that is not valid, 7014 if passive and not ONLINE.
        """
        params = SetSelfStatusParams(text, expires_at)
        await self._live().call(Method.SET_SELF_STATUS, params, Empty, _ignore)

    async def get_user_status(self, user_ids: Iterable[str]) -> list[UserStatus]:
        """Return the statuses of 1 to 500 users, in their order; unknown accounts are left out.

        Raises:
            IMError: 6017, 7008, 7013, 72001, or 70107 if all are unknown.
        """
        session = self._live()
        params = UserIDListParams(user_id_list(user_ids))
        return await session.call(
            Method.GET_USER_STATUS, params, UserStatusList, session.view.statuses_answered
        )

    async def subscribe_user_status(self, user_ids: Iterable[str]) -> None:
        """Subscribe to 1 to 100 users; over 200 in all, the earliest subscribed go.

        Raises:
            IMError: 6017, 7008, 7013, 72001, or 70107 if all are unknown.
        """
        session = self._live()
        wanted = user_id_list(user_ids)
        await session.call(
            Method.SUBSCRIBE_USER_STATUS,
            UserIDListParams(wanted),
            Empty,
            lambda _: session.view.subscriptions.asked(wanted),
        )

    async def unsubscribe_user_status(self, user_ids: Iterable[str] | None) -> None:
        """Unsubscribe from up to 100 users; from all if there are none or None.

        Raises:
            IMError: 6017, 7008, 7013 or 72001.
        """
        params = UnsubscribeParams(None if user_ids is None else user_id_list(user_ids))
        await self._live().call(Method.UNSUBSCRIBE_USER_STATUS, params, Empty, _ignore)

    async def get_subscriptions(self) -> Subscriptions:
        """Return the account's subscriptions, the next to be evicted first."""
        session = self._live()
        return await session.call(
            Method.GET_SUBSCRIPTIONS, Empty(), Subscriptions, session.view.subscriptions_listed
        )

    def _open_chat(self, user_id: str) -> "AccountChat":
        if self._chat is not None and self._chat.user_id != user_id:
            self._close_chat()
        if self._chat is None:
            # Here, as whoever never logs in is to be spared the database.
            from imtui.sdk.messages.account_chat import AccountChat

            self._chat = AccountChat(
                user_id,
                self.instance_id,
                self._storage_dir,
                self._listeners,
                self._settings.wall_clock,
            )
        return self._chat

    def _live(self) -> Session:
        if self._session is None or not self._session.logged_in:
            raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        return self._session


def _ignore(_: Empty) -> None:
    pass


def _with_login(device: LoginParams, user_id: str, *, passive: bool, resume: bool) -> LoginParams:
    return LoginParams(
        device.sdk_app_id,
        user_id,
        platform=device.platform,
        instance_id=device.instance_id,
        device_name=device.device_name,
        passive=passive,
        resume=resume,
    )


def _this_platform() -> Platform:
    if sys.platform == "darwin":
        return Platform.MAC
    return Platform.WINDOWS if sys.platform == "win32" else Platform.LINUX
