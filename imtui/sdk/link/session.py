"""The login of one account: connecting, staying connected, and coming back."""

import asyncio
import contextlib
import itertools
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol, TypeVar

import msgspec
from msgspec import Struct
from websockets.exceptions import ConnectionClosed

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.jsonrpc import Incoming, encode_request
from imtui.protocol.messages import Empty, LoginParams, LoginResult, Method
from imtui.sdk.failures import (
    is_kick,
    is_transient,
    is_trouble,
    is_user_sig_expired,
    unanswered,
)
from imtui.sdk.link.backoff import Backoff
from imtui.sdk.link.concurrency import first_of
from imtui.sdk.link.connection import Connection
from imtui.sdk.link.suspension import LATE, TICK, SuspensionDetector
from imtui.sdk.listener import IMSDKListener, Listeners
from imtui.sdk.messages.sync import Chat
from imtui.sdk.presence.resync import resync
from imtui.sdk.presence.view import View

R = TypeVar("R", bound=Struct)
T = TypeVar("T")

_log = logging.getLogger(__name__)

_STABLE_AFTER: Final = 10.0
# After that the backend has closed a connection on which nobody is logged in.
_LATE_LOGIN: Final = 30.0
_HEARTBEAT_INTERVAL_MIN: Final = 0.05


class Opener(Protocol):
    """Opens a connection to the backend."""

    def __call__(self, on_push: Callable[[Incoming], IMError | None]) -> Awaitable[Connection]:
        """Connect, or raise an IMError; ``on_push`` takes what the backend tells unasked."""


@dataclass(frozen=True)
class Settings:
    """What all sessions of a client have in common."""

    open: Opener
    timeout: float
    """How long a call, or an attempt to connect and log in, may take, in seconds."""
    backoff: Backoff
    wall_clock: Callable[[], float]
    """Returns Unix seconds."""


class Session:
    """One account from its login until it is logged out, kicked or closed.

    A single task supervises it: it connects, logs in, resyncs, and begins anew when the
    connection is lost.
    """

    def __init__(
        self,
        settings: Settings,
        listeners: Listeners,
        params: LoginParams,
        user_sig: str | Callable[[], str],
        chat: Chat,
    ) -> None:
        """Prepare a login.

        Args:
            settings: Those of the client.
            listeners: Who is told.
            params: How to log in first, without the UserSig.
            user_sig: The UserSig, or what makes a new one for each attempt.
            chat: The messages of the account.
        """
        self._chat = chat
        self._settings = settings
        self._listeners = listeners
        self._params = params
        self._user_sig = user_sig
        self._view = View(params.user_id, listeners)
        self._request_ids = itertools.count(1)
        self._connection: Connection | None = None
        self._connected_at = 0.0
        self._late_login_until = -math.inf
        """Until then a login that was given up may still arrive at the backend."""
        self._logged_in = False
        self._ended = False
        self._changed = asyncio.Event()
        self._hurry = asyncio.Event()
        self._first_login: asyncio.Future[IMError | None] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def user_id(self) -> str:
        """Return the account."""
        return self._params.user_id

    @property
    def logged_in(self) -> bool:
        """Tell whether the login succeeded and nothing has ended it; it may be reconnecting."""
        return self._logged_in and not self._ended

    @property
    def connected(self) -> bool:
        """Tell whether there is a connection with a login on it."""
        return self._connection is not None

    @property
    def view(self) -> View:
        """Return what the listeners were told."""
        return self._view

    @property
    def pending(self) -> int:
        """Return how many calls wait for their answer."""
        return 0 if self._connection is None else self._connection.pending

    async def start(self) -> None:
        """Connect and log in, and stay so.

        Raises:
            IMError: It did not work; the session is at its end.
        """
        self._first_login = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(), name=f"imtui session of {self.user_id}")
        try:
            error = await self._first_login
        except asyncio.CancelledError:
            await self.close()
            raise
        if error is not None:
            await self.close()
            raise error

    async def log_out(self) -> None:
        """Log out if logged in, and close the connection in any case.

        Raises:
            IMError: The backend could not be told, or refused.
        """
        try:
            if self.logged_in:
                await self.call(Method.LOGOUT, Empty(), Empty, lambda _: self._leave())
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connection without logging out; return when nothing is left behind."""
        self._leave()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def hurry(self) -> None:
        """Reconnect now instead of later, or make sure now that the connection still works."""
        self._hurry.set()

    async def call(
        self, method: Method, params: Struct, result_type: type[R], apply: Callable[[R], T]
    ) -> T:
        """Ask the backend and return what ``apply`` makes of the answer.

        Raises:
            IMError: The backend's refusal, or 6014 not logged in, 6017 or 9522 for a request that
                cannot be sent, 9508 if there was no connection within the time-out, 9520 if there
                was no answer.
        """
        if not self.logged_in:
            raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        request_id, frame = self._request(method, params)
        sent = False
        try:
            async with asyncio.timeout(self._settings.timeout):
                while True:
                    connection = await self._live_connection()
                    try:
                        sent = True
                        return await connection.request(request_id, frame, result_type, apply)
                    except ConnectionClosed:
                        # It ended a moment ago, which its reader is about to notice.
                        sent = False
                        await asyncio.sleep(0)
        except TimeoutError:
            if sent:
                raise unanswered() from None
            raise IMError(ErrorCode.ERR_SDK_NET_DISCONNECT) from None

    def _request(self, method: Method, params: Struct) -> tuple[int, bytes]:
        request_id = next(self._request_ids)
        try:
            frame = encode_request(request_id, method, params)
        except (UnicodeError, TypeError, ValueError, OverflowError) as error:
            raise invalid_parameters("params", "they cannot be put into JSON") from error
        if len(frame) > limits.FRAME_MAX_BYTES:
            raise IMError(ErrorCode.ERR_SDK_NET_PKG_SIZE_LIMIT)
        return request_id, frame

    async def _live_connection(self) -> Connection:
        while self._connection is None:
            if self._ended:
                raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
            self._changed.clear()
            await self._changed.wait()
        return self._connection

    async def _run(self) -> None:
        error = IMError(ErrorCode.ERR_SDK_INVALID_OPERATION, "The SDK failed; its log says more.")
        try:
            error = await first_of(self._supervise(), self._watch_for_suspension())
        except Exception:
            _log.exception("The SDK failed")
        self._disconnected(error)
        self._end(error)

    async def _supervise(self) -> IMError:
        error = await self._attempt()
        while self.logged_in and is_transient(error):
            delay = self._settings.backoff.next_delay()
            self._listeners.tell(IMSDKListener.on_reconnect_scheduled, delay)
            await self._nap(delay)
            error = await self._attempt()
        return error

    async def _attempt(self) -> IMError:
        """Connect, log in, and stay connected; return why that came to an end."""
        if self._ended:
            return IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        self._listeners.tell(IMSDKListener.on_connecting)
        deadline = asyncio.get_running_loop().time() + self._settings.timeout
        try:
            connection = await self._settings.open(self._push)
        except IMError as error:
            return error
        try:
            return await first_of(self._read(connection), self._live(connection, deadline))
        finally:
            await connection.close()

    async def _read(self, connection: Connection) -> IMError:
        error = await connection.read()
        if is_kick(error) and asyncio.get_running_loop().time() < self._late_login_until:
            # Perhaps we took ourselves over. Who was kicked is refused at the next login, and told.
            error = IMError(ErrorCode.ERR_SDK_NET_DISCONNECT)
        self._disconnected(error)
        return error

    async def _live(self, connection: Connection, deadline: float) -> IMError:
        try:
            async with asyncio.timeout_at(deadline):
                reconnected = self._logged_in
                login = await self._log_in(connection)
        except IMError as error:
            if is_trouble(error):
                self._given_up_login()
            return error
        except (TimeoutError, ConnectionClosed):
            self._given_up_login()
            return unanswered()
        silence = await first_of(
            self._keep_alive(connection, login.heartbeat_interval),
            resync(self) if reconnected else _nothing(),
            self._chat.live(self),
        )
        self._disconnected(silence)
        # Nobody answers there, so there is nobody to say farewell to.
        connection.abort()
        return silence

    def _given_up_login(self) -> None:
        self._late_login_until = asyncio.get_running_loop().time() + _LATE_LOGIN

    async def _log_in(self, connection: Connection) -> LoginResult:
        params = msgspec.structs.replace(
            self._params,
            user_sig=self._make_user_sig(),
            resume=self._params.resume or self._logged_in,
        )
        request_id, frame = self._request(Method.LOGIN, params)
        return await connection.request(
            request_id, frame, LoginResult, partial(self._take_login, connection)
        )

    def _make_user_sig(self) -> str:
        if isinstance(self._user_sig, str):
            return self._user_sig
        try:
            return self._user_sig()
        except IMError:
            raise
        except Exception as error:
            _log.exception("The UserSig could not be made")
            raise invalid_parameters("userSig", "it could not be made") from error

    def _take_login(self, connection: Connection, login: LoginResult) -> LoginResult:
        if self._ended:
            return login
        self._view.begin_login()
        self._chat.begin_login()
        self._connection = connection
        self._connected_at = asyncio.get_running_loop().time()
        self._logged_in = True
        self._changed.set()
        self._settle_first_login(None)
        self._listeners.tell(IMSDKListener.on_connect_success)
        self._view.logged_in(login.self_status)
        return login

    def _push(self, incoming: Incoming) -> IMError | None:
        # What comes before the answer to the login belongs to no login of ours.
        if self._connection is None or self._chat.push(incoming):
            return None
        return self._view.push(incoming)

    def _disconnected(self, error: IMError) -> None:
        if self._connection is None:
            return
        self._connection = None
        if asyncio.get_running_loop().time() - self._connected_at >= _STABLE_AFTER:
            self._settings.backoff.reset()
        if not is_kick(error):
            self._view.lost(int(self._settings.wall_clock() * 1000))
        if not is_transient(error):
            self._end(error)

    def _leave(self) -> None:
        self._end(IMError(ErrorCode.ERR_LOGGED_OUT_BEFORE_LOGIN_FINISHED), tell=False)

    def _end(self, error: IMError, *, tell: bool = True) -> None:
        if self._ended:
            return
        self._ended = True
        self._connection = None
        self._changed.set()
        self._settle_first_login(error)
        if tell:
            self._tell_end(error)

    def _settle_first_login(self, error: IMError | None) -> None:
        if self._first_login is not None and not self._first_login.done():
            self._first_login.set_result(error)

    def _tell_end(self, error: IMError) -> None:
        if is_kick(error) and self._logged_in:
            self._listeners.tell(IMSDKListener.on_kicked_offline)
        elif is_user_sig_expired(error) and self._logged_in:
            self._listeners.tell(IMSDKListener.on_user_sig_expired)
        else:
            self._listeners.tell(IMSDKListener.on_connect_failed, error.code, error.message)

    async def _keep_alive(self, connection: Connection, interval: float) -> IMError:
        """Send heartbeats until one is not answered."""
        loop = asyncio.get_running_loop()
        interval = min(max(interval, _HEARTBEAT_INTERVAL_MIN), limits.HEARTBEAT_INTERVAL_MAX)
        patience = limits.heartbeat_answer_timeout(interval)
        deadline = math.inf
        while True:
            # A time-out that comes late tells of a stopped process, not of a silent backend.
            if loop.time() - deadline < LATE:
                await self._nap(interval)
            deadline = loop.time() + patience
            try:
                async with asyncio.timeout_at(deadline):
                    await self._heartbeat(connection)
            except TimeoutError:
                if loop.time() - deadline < LATE:
                    return unanswered()
            except ConnectionClosed:
                return unanswered()
            except IMError as error:
                if error.code == ErrorCode.ERR_SDK_NOT_LOGGED_IN:
                    return IMError(
                        ErrorCode.ERR_SDK_NET_DISCONNECT, "The backend does not know this login."
                    )

    async def _heartbeat(self, connection: Connection) -> None:
        request_id, frame = self._request(Method.HEARTBEAT, Empty())
        await connection.request(request_id, frame, Empty, lambda _: None)

    async def _watch_for_suspension(self) -> IMError | None:
        loop = asyncio.get_running_loop()
        detector = SuspensionDetector(loop.time(), self._settings.wall_clock())
        while True:
            await asyncio.sleep(TICK)
            if detector.tick(loop.time(), self._settings.wall_clock()):
                self.hurry()

    async def _nap(self, seconds: float) -> None:
        self._hurry.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()


async def _nothing() -> None:
    pass
