"""The session of one account: connecting, staying connected, and reconnecting."""

import asyncio
import logging
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

import msgspec
from msgspec import Struct
from websockets.exceptions import ConnectionClosed

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Incoming
from imtui.protocol.messages import Empty, LoginParams, LoginResult, LogoutResult, Method, Push
from imtui.protocol.status import UserStatus
from imtui.sdk.failures import (
    is_kick,
    is_transient,
    is_trouble,
    is_user_sig_expired,
    sdk_failed,
    unanswered,
)
from imtui.sdk.link.calls import Calls
from imtui.sdk.link.capability import Capability, PushHandlers
from imtui.sdk.link.concurrency import first_of
from imtui.sdk.link.connection import Connection
from imtui.sdk.link.keep_alive import Alarm, keep_alive
from imtui.sdk.link.options import LinkOptions
from imtui.sdk.link.retrying import retry
from imtui.sdk.link.suspension import watch_for_suspension
from imtui.sdk.link.user_sig import UserSigSource, make_user_sig
from imtui.sdk.listener import IMSDKListener, Listeners

R = TypeVar("R", bound=Struct)
T = TypeVar("T")

_log = logging.getLogger(__name__)

_STABLE_AFTER: Final = 10.0
# By then the backend has closed any connection on which nobody logged in.
_LATE_LOGIN: Final = 30.0


class Session:
    """One account from its login until it is logged out, kicked or closed.

    A single task supervises it: the task connects, logs in, and starts again when the connection
    is lost.
    """

    def __init__(
        self,
        options: LinkOptions,
        listeners: Listeners,
        params: LoginParams,
        user_sig: UserSigSource,
        capabilities: Sequence[Capability],
    ) -> None:
        """Prepare a login.

        Args:
            options: The client's options.
            listeners: Notified of the state of the connection.
            params: The parameters of the first login, without the UserSig and the ID.
            user_sig: The UserSig, or a function that makes a new one for each attempt.
            capabilities: The parts of the SDK that follow the session.
        """
        self._options = options
        self._listeners = listeners
        self._params = params
        self._user_sig = user_sig
        self._capabilities = capabilities
        self._push_handlers = PushHandlers(capabilities)
        self._calls = Calls(options.timeout)
        self._connected_at = 0.0
        self._late_login_until = -math.inf
        """Until then a login that was given up may still arrive at the backend."""
        self._logged_in = False
        self._logout: LogoutResult | None = None
        self._ended = False
        self._alarm = Alarm()
        self._first_login: asyncio.Future[IMError | None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancelled = False
        """Whether ``close`` has cancelled the task."""

    @property
    def user_id(self) -> str:
        """Return the account."""
        return self._params.user_id

    @property
    def logged_in(self) -> bool:
        """Return whether the login succeeded and nothing has ended it, even while reconnecting."""
        return self._logged_in and not self._is_over

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """Return the event loop of a session that was started, unless it is closed."""
        loop = None if self._task is None else self._task.get_loop()
        return None if loop is None or loop.is_closed() else loop

    @property
    def has_logged_in(self) -> bool:
        """Return whether the login ever succeeded."""
        return self._logged_in

    @property
    def connected(self) -> bool:
        """Return whether there is a connection with a login on it."""
        return self._calls.connection is not None and not self._is_over

    @property
    def pending(self) -> int:
        """Return how many calls wait for their answers."""
        connection = self._calls.connection
        return 0 if connection is None else connection.pending

    async def start(self) -> None:
        """Connect and log in, and keep the session up in the background.

        Raises:
            IMError: The login failed; the session has ended.
        """
        self._first_login = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(), name=f"imtui session of {self.user_id}")
        # A task that is cancelled before its first step runs none of its code.
        self._task.add_done_callback(lambda _: self._end(sdk_failed()))
        try:
            error = await self._first_login
        except asyncio.CancelledError:
            await self.close()
            raise
        if error is not None:
            await self.close()
            raise error

    async def log_out(self) -> UserStatus | None:
        """Log out if logged in, close the connection in any case, and return the status after it.

        Raises:
            IMError: The backend could not be reached, or refused.
        """
        try:
            if self.logged_in:
                await self.call(Method.LOGOUT, Empty(), LogoutResult, self._logout_answered)
        except IMError:
            # Another logout that was under way may have ended the session before the answer.
            if self._logout is None:
                raise
        finally:
            await self.close()
        return None if self._logout is None else self._logout.self_status

    async def close(self) -> None:
        """Close the connection without logging out; return when no task is left."""
        self._leave()
        task = self._task
        if task is None or task.done() or self.loop is None:
            return
        # A second cancellation would cut the closing handshake short.
        if not self._cancelled:
            self._cancelled = True
            task.cancel()
        await asyncio.wait({task})

    def abandon(self) -> None:
        """Close the connection without logging out, and without waiting for it."""
        self._leave()
        if self._task is not None:
            self._task.cancel()

    def hurry(self) -> None:
        """Reconnect now instead of later, or check now that the connection still works."""
        self._alarm.ring()

    async def call(
        self, method: Method, params: Struct, result_type: type[R], apply: Callable[[R], T]
    ) -> T:
        """Call the backend and return what ``apply`` makes of the answer; raises as ``Calls.call``.

        Raises:
            IMError: Also 6014 if not logged in.
        """
        if not self.logged_in:
            raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        return await self._calls.call(method, params, result_type, apply)

    async def _run(self) -> None:
        error: IMError | None = None
        try:
            error = await first_of(
                retry(
                    self._attempt,
                    logged_in=lambda: self.logged_in,
                    options=self._options,
                    listeners=self._listeners,
                    alarm=self._alarm,
                ),
                watch_for_suspension(self._options.wall_clock, self.hurry),
            )
        except Exception:
            _log.exception("The SDK failed")
        finally:
            self._end(error or sdk_failed())

    async def _attempt(self) -> IMError:
        """Connect, log in, and stay connected; return why that ended."""
        if self._ended:
            return IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        self._listeners.notify(IMSDKListener.on_connecting)
        deadline = asyncio.get_running_loop().time() + self._options.timeout
        try:
            connection = await self._options.open(self._push)
        except IMError as error:
            return error
        try:
            return await first_of(self._read(connection), self._live(connection, deadline))
        except BaseException:
            # The session ends now, and not only once the socket is closed.
            self._disconnected(sdk_failed())
            raise
        finally:
            await connection.close()

    async def _read(self, connection: Connection) -> IMError:
        error = await connection.read()
        if is_kick(error) and asyncio.get_running_loop().time() < self._late_login_until:
            # A late login of this very session may have taken it over. After a real kick the
            # backend refuses the next login, and listeners are notified then.
            error = IMError(ErrorCode.ERR_SDK_NET_DISCONNECT)
        self._disconnected(error)
        return error

    async def _live(self, connection: Connection, deadline: float) -> IMError:
        try:
            async with asyncio.timeout_at(deadline):
                is_reconnect = self._logged_in
                login = await self._log_in(connection)
        except IMError as error:
            if is_trouble(error):
                self._expect_late_login()
            return error
        except (TimeoutError, ConnectionClosed):
            self._expect_late_login()
            return unanswered()
        silence = await first_of(
            keep_alive(partial(self._heartbeat, connection), login.heartbeat_interval, self._alarm),
            *(capability.run(is_reconnect=is_reconnect) for capability in self._capabilities),
        )
        self._disconnected(silence)
        # The backend does not answer, so it would not complete a closing handshake either.
        connection.abort()
        return silence

    def _expect_late_login(self) -> None:
        self._late_login_until = asyncio.get_running_loop().time() + _LATE_LOGIN

    async def _log_in(self, connection: Connection) -> LoginResult:
        params = msgspec.structs.replace(
            self._params,
            user_sig=make_user_sig(self._user_sig),
            instance_id=self._options.instance_id(),
            resume=self._params.resume or self._logged_in,
        )
        return await self._calls.request(
            connection, Method.LOGIN, params, LoginResult, partial(self._apply_login, connection)
        )

    async def _heartbeat(self, connection: Connection) -> None:
        await self._calls.request(connection, Method.HEARTBEAT, Empty(), Empty, lambda _: None)

    def _apply_login(self, connection: Connection, login: LoginResult) -> LoginResult:
        if self._ended:
            return login
        for capability in self._capabilities:
            capability.begin_login()
        self._calls.connected(connection)
        self._connected_at = asyncio.get_running_loop().time()
        self._logged_in = True
        self._finish_first_login(None)
        self._listeners.notify(IMSDKListener.on_connect_success)
        for capability in self._capabilities:
            capability.logged_in(login)
        return login

    def _push(self, push: Incoming) -> IMError | None:
        # A push before the answer to the login does not belong to this login.
        if self._calls.connection is None:
            return None
        if push.method == Push.KICKED_OFFLINE:
            return IMError(ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER)
        self._push_handlers.handle(push)
        return None

    def _disconnected(self, error: IMError) -> None:
        if self._calls.connection is None:
            return
        self._calls.disconnected()
        if asyncio.get_running_loop().time() - self._connected_at >= _STABLE_AFTER:
            self._options.route.settle()
        if not is_kick(error):
            now = int(self._options.wall_clock() * 1000)
            for capability in self._capabilities:
                capability.disconnected(now)
        if not is_transient(error):
            self._end(error)

    @property
    def _is_over(self) -> bool:
        # A program may drop an event loop without cancelling its tasks.
        return self._ended or (self._task is not None and self.loop is None)

    def _logout_answered(self, answer: LogoutResult) -> None:
        self._logout = answer
        self._leave()

    def _leave(self) -> None:
        self._end(IMError(ErrorCode.ERR_LOGGED_OUT_BEFORE_LOGIN_FINISHED), notify=False)

    def _end(self, error: IMError, *, notify: bool = True) -> None:
        if self._ended:
            return
        self._ended = True
        self._calls.end()
        self._finish_first_login(error)
        if notify:
            self._notify_end(error)

    def _finish_first_login(self, error: IMError | None) -> None:
        if self._first_login is not None and not self._first_login.done():
            self._first_login.set_result(error)

    def _notify_end(self, error: IMError) -> None:
        if is_kick(error) and self._logged_in:
            self._listeners.notify(IMSDKListener.on_kicked_offline)
        elif is_user_sig_expired(error) and self._logged_in:
            self._listeners.notify(IMSDKListener.on_user_sig_expired)
        else:
            self._listeners.notify(IMSDKListener.on_connect_failed, error.code, error.message)
