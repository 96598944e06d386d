"""The client of the SDK."""

import sys
import time
import warnings
from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from ssl import SSLContext
from types import TracebackType
from typing import Self

from imtui.files import UnsafeFolderError, check_folder
from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.identifiers import check_device_name
from imtui.protocol.messages import LoginParams
from imtui.protocol.status import Platform, UserStatus
from imtui.sdk.friends.calls import FriendCalls
from imtui.sdk.friends.friends import Friends
from imtui.sdk.instances import InstanceID
from imtui.sdk.link.address import first_url, web_socket_addresses
from imtui.sdk.link.backoff import Backoff
from imtui.sdk.link.connection import open_connection
from imtui.sdk.link.dialing import Dialer
from imtui.sdk.link.link import Link
from imtui.sdk.link.options import LinkOptions
from imtui.sdk.link.route import Route
from imtui.sdk.listener import IMSDKListener, Listeners
from imtui.sdk.messages.calls import MessageCalls
from imtui.sdk.messages.conversation_calls import ConversationCalls
from imtui.sdk.messages.messages import Messages
from imtui.sdk.presence.calls import PresenceCalls
from imtui.sdk.presence.presence import Presence
from imtui.trust import trusted


class LoginStatus(IntEnum):
    """Whether an account is logged in."""

    LOGINED = 1
    """Logged in, even while the connection is lost."""
    LOGINING = 2
    """A login is under way."""
    LOGOUT = 3
    """Not logged in."""


class IMClient(PresenceCalls, FriendCalls, MessageCalls, ConversationCalls):
    """A device of one account at a time, connected to a backend.

    All calls raise ``IMError``: the backend's refusal; 6014 while not logged in; 9508 if there was
    no connection within the time-out; 9520 if there was no answer; 9522 for a request over 1 MB.
    """

    def __init__(
        self,
        url: str | Sequence[str],
        sdk_app_id: int,
        *,
        device_name: str = "",
        platform: Platform | None = None,
        instance_id: str | None = None,
        timeout: float = limits.CALL_TIMEOUT,
        insecure: bool = False,
        ssl: SSLContext | None = None,
        ca_file: str | PathLike[str] | None = None,
        backoff: Backoff | None = None,
        wall_clock: Callable[[], float] = time.time,
        storage_dir: str | PathLike[str] | None = None,
    ) -> None:
        """Prepare a client; nothing is sent before ``login``.

        Args:
            url: ``ws://host:port``, ``wss://host:port`` or ``ws+unix:///absolute/path``; several
                addresses of the same backend as a sequence, or in a string with commas, at most 64.
            sdk_app_id: The app.
            device_name: The name that the user gave this device, at most 64 bytes.
            platform: The platform of this device; detected if None.
            instance_id: Identifies this device, also after a restart: 1 to 64 of
                ``A-Z a-z 0-9 _ -``. If None, it is the first one in ``storage_dir``, for this
                ``url`` (the first of several) and app, that no running client holds; random
                without ``storage_dir``.
            timeout: How long a call, or an attempt to connect and log in, may take, in seconds.
            insecure: Allow ``ws://`` to another machine.
            ssl: The TLS settings for ``wss://``; those that trust ``ca_file`` if None.
            ca_file: The certificates of CAs to trust, in PEM; if None, those in the file that
                ``SSL_CERT_FILE`` names, and without it the system's.
            backoff: The delays between attempts to reconnect.
            wall_clock: Returns Unix seconds.
            storage_dir: The folder for cached and queued messages, created for this user alone
                if it does not exist; only this user may be able to write to it. If None, both
                are in memory and lost at ``close``.

        Raises:
            IMError: 6017.
        """
        folder = None if storage_dir is None else _storage_folder(storage_dir)
        self._instance = instance = InstanceID(
            instance_id, folder and _devices(folder, first_url(url), sdk_app_id)
        )
        route = Route(backoff or Backoff())
        dialer = Dialer(
            web_socket_addresses(url, insecure=insecure),
            route,
            partial(
                open_connection, ssl=partial(trusted, ca_file) if ssl is None else (lambda: ssl)
            ),
            timeout,
        )
        options = LinkOptions(dialer.open, timeout, route, wall_clock, lambda: instance.value)
        self._device = LoginParams(
            sdk_app_id,
            "",
            platform=platform or _this_platform(),
            device_name=check_device_name(device_name),
        )
        self._listeners = Listeners()
        self._link = Link(options, self._listeners)
        presence = Presence(self._link, self._listeners)
        friends = Friends(self._link, self._listeners, presence)
        messages = Messages(self._link, self._listeners, self._instance, folder, wall_clock)
        self._link.attach(presence, friends, messages)
        PresenceCalls.__init__(self, presence)
        FriendCalls.__init__(self, friends)
        MessageCalls.__init__(self, messages)
        ConversationCalls.__init__(self, messages)

    def __del__(self, warn: Callable[..., None] = warnings.warn) -> None:
        """Warn if a login was never closed, and close it."""
        # The constructor may have failed.
        link: Link | None = getattr(self, "_link", None)
        if link is not None and link.abandon():
            warn(f"unclosed {self!r}", ResourceWarning, source=self)

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the client."""
        await self.close()

    @property
    def instance_id(self) -> str:
        """Return the ID of this device; with ``storage_dir``, it is held from now on."""
        return self._instance.peek()

    @property
    def connected(self) -> bool:
        """Return whether there is a connection with a login on it right now."""
        return self._link.connected

    def add_im_sdk_listener(self, listener: IMSDKListener) -> None:
        """Add a listener, unless it was added before."""
        self._listeners.add(listener)

    def remove_im_sdk_listener(self, listener: IMSDKListener) -> None:
        """Remove a listener; from now on it is not notified of anything."""
        self._listeners.remove(listener)

    def get_login_user(self) -> str | None:
        """Return the account that is logged in, or None."""
        return self._link.user_id

    def get_login_status(self) -> LoginStatus:
        """Return whether an account is logged in."""
        if self._link.user_id is not None:
            return LoginStatus.LOGINED
        return LoginStatus.LOGINING if self._link.is_logging_in else LoginStatus.LOGOUT

    def reconnect_now(self) -> None:
        """Reconnect now instead of later, or check now that the connection still works."""
        self._link.hurry()

    async def login(
        self,
        user_id: str,
        user_sig: str | Callable[[], str],
        *,
        passive: bool = False,
        resume: bool = False,
    ) -> None:
        """Connect and log in, trying each address once; later the client reconnects by itself.

        A login as the account that is already logged in changes nothing; a login as another
        account logs the first one out.

        Args:
            user_id: The account.
            user_sig: Its UserSig, or a function that makes a new one for each attempt.
            passive: Do not count as a device: make nobody ONLINE, and appear in no list.
            resume: Continue an earlier login of this instance ID.

        Raises:
            IMError: 9508, 9510, 9511, 9516 or 9520 if there was no connection or answer within
                the time-out; 7501 if a login is under way; 6023 if it was logged out meanwhile;
                else the backend's refusal.
        """
        params = LoginParams(
            self._device.sdk_app_id,
            user_id,
            platform=self._device.platform,
            device_name=self._device.device_name,
            passive=passive,
            resume=resume,
        )
        await self._link.login(params, user_sig)

    async def logout(self) -> UserStatus | None:
        """Log out this device and close the connection; the client is logged out in any case.

        Returns:
            The own status as of then, ONLINE if other devices remain; None if the backend is of a
            version that does not say it.

        Raises:
            IMError: 6014 if nobody was logged in; otherwise the backend could not be reached, and
                treats the device as lost.
        """
        return await self._link.logout()

    async def close(self) -> None:
        """Close the connection without logging out; may be called again."""
        await self._link.close()


def _storage_folder(storage_dir: str | PathLike[str]) -> Path:
    if not fspath(storage_dir):
        raise invalid_parameters("storageDir", "name a folder")
    folder = Path(storage_dir)
    try:
        check_folder(folder)
    except UnsafeFolderError as error:
        problem = f"storageDir: {error.problem} {error.advice or 'Choose another one.'}"
        raise IMError(ErrorCode.ERR_INVALID_PARAMETERS, problem, {"field": "storageDir"}) from error
    except OSError:
        # If it is not there, it will be made; what else is wrong shows when its files are opened.
        pass
    return folder


def _devices(storage_dir: Path, url: str, sdk_app_id: int) -> Path:
    """Return the folder of the device IDs: an outbox must not reach another backend."""
    import hashlib

    digest = hashlib.sha256(f"{url}\n{sdk_app_id}".encode(errors="replace")).hexdigest()
    return storage_dir / f"devices-{digest[:16]}"


def _this_platform() -> Platform:
    if sys.platform == "darwin":
        return Platform.MAC
    return Platform.WINDOWS if sys.platform == "win32" else Platform.LINUX
