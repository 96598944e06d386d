"""The link of a client to its backend: at most one session at a time, and the calls over it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from msgspec import Struct

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import Empty, LoginParams, Method
from imtui.protocol.status import UserStatus
from imtui.sdk.link.capability import Capability
from imtui.sdk.link.options import LinkOptions
from imtui.sdk.link.session import Session
from imtui.sdk.link.user_sig import UserSigSource
from imtui.sdk.listener import Listeners

R = TypeVar("R", bound=Struct)
T = TypeVar("T")


class Link:
    """Logs a client in and out, and sends the calls of its capabilities to the backend."""

    def __init__(self, options: LinkOptions, listeners: Listeners) -> None:
        """Prepare a link; nothing is sent before ``login``.

        Args:
            options: The options of each session.
            listeners: Notified of the state of the connection.
        """
        self._options = options
        self._listeners = listeners
        self._capabilities: tuple[Capability, ...] = ()
        self._session: Session | None = None
        self._login: object | None = None
        """The login under way; ``logout`` and ``close`` take it away, and it gives up."""
        self._leaving = 0
        """How many calls of ``logout`` and ``close`` are under way."""

    def attach(self, *capabilities: Capability) -> None:
        """Set the parts of the SDK that follow each session."""
        self._capabilities = capabilities

    @property
    def is_logging_in(self) -> bool:
        """Return whether ``login`` is under way."""
        return self._login is not None

    @property
    def user_id(self) -> str | None:
        """Return the account that is logged in, or None."""
        session = self._session
        return session.user_id if session is not None and session.logged_in else None

    @property
    def connected(self) -> bool:
        """Return whether there is a connection with a login on it right now."""
        return self._session is not None and self._session.connected

    async def login(self, params: LoginParams, user_sig: UserSigSource) -> None:
        """Connect and log in, trying once; afterwards the session reconnects by itself.

        Args:
            params: The parameters of the login, without the UserSig and the ID.
            user_sig: The UserSig, or a function that makes a new one for each attempt.

        Raises:
            IMError: 7501 if a login is under way; 6023 if ``logout`` or ``close`` is, or is called
                meanwhile; else why the session could not start.
        """
        if self._login is not None:
            raise IMError(ErrorCode.ERR_SDK_ACCOUNT_LOGIN_IN_PROCESS)
        if self._leaving:
            raise IMError(ErrorCode.ERR_LOGGED_OUT_BEFORE_LOGIN_FINISHED)
        if self.user_id == params.user_id:
            return
        login = self._login = object()
        try:
            if self._session is not None:
                # If the backend cannot be reached, closing the connection has to do.
                with suppress(IMError):
                    await self._session.log_out()
                if self._login is not login:
                    raise IMError(ErrorCode.ERR_LOGGED_OUT_BEFORE_LOGIN_FINISHED)
                self._session = None
            for capability in self._capabilities:
                capability.open(params.user_id)
            self._session = Session(
                self._options, self._listeners, params, user_sig, self._capabilities
            )
            await self._session.start()
        finally:
            if self._login is login:
                self._login = None

    async def logout(self) -> UserStatus | None:
        """Log out and close the connection.

        Returns:
            The own status after the logout, if the backend said it.

        Raises:
            IMError: 6014 if no account is logged in or logging in; otherwise the backend could not
                be reached, or refused.
        """
        session = self._session
        if session is None or not (session.logged_in or self._login is not None):
            raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        async with self._left():
            return await session.log_out()

    async def close(self) -> None:
        """Close the connection without logging out; may be called again."""
        async with self._left():
            if self._session is not None:
                await self._session.close()

    @asynccontextmanager
    async def _left(self) -> AsyncIterator[None]:
        """End the login under way and refuse others within the context; then be logged out."""
        self._login = None
        self._leaving += 1
        patience = self._options.timeout
        try:
            yield
        except asyncio.CancelledError:
            patience = 0.0
            raise
        finally:
            self._session = None
            self._close_capabilities()
            try:
                await self._listeners.finish(patience)
            finally:
                self._leaving -= 1

    def abandon(self) -> bool:
        """End without waiting for it, in any thread; return whether a login was never closed."""
        session, self._session = self._session, None
        if session is None or not self._abandon_soon(session):
            self._close_capabilities()
        return session is not None and session.has_logged_in

    def _abandon_soon(self, session: Session) -> bool:
        """Let a session end in its event loop; tell whether there is such a loop."""
        loop = session.loop
        if loop is None:
            return False
        try:
            loop.call_soon_threadsafe(self._end_abandoned, session)
        except RuntimeError:
            # Its own thread has closed it in this moment.
            return False
        return True

    def _end_abandoned(self, session: Session) -> None:
        session.abandon()
        self._close_capabilities()

    def _close_capabilities(self) -> None:
        for capability in self._capabilities:
            capability.close()

    def hurry(self) -> None:
        """Reconnect now instead of later, or check now that the connection still works."""
        if self._session is not None:
            self._session.hurry()

    def check_logged_in(self) -> None:
        """Check that an account is logged in.

        Raises:
            IMError: 6014.
        """
        self._live()

    async def call(
        self, method: Method, params: Struct, result_type: type[R], apply: Callable[[R], T]
    ) -> T:
        """Call the backend and return what ``apply`` makes of the answer.

        Args:
            method: The method.
            params: Its parameters.
            result_type: The type of the answer.
            apply: Called with the answer before any later push is handled.

        Raises:
            IMError: The backend's refusal; 6014 if not logged in; 6017 or 9522 for a request that
                cannot be sent; 9508 if there was no connection within the time-out; 9520 if there
                was no answer.
        """
        return await self._live().call(method, params, result_type, apply)

    async def send(self, method: Method, params: Struct) -> None:
        """Call a method whose answer is empty; raises as ``call`` does."""
        await self.call(method, params, Empty, lambda _: None)

    def _live(self) -> Session:
        if self._session is None or not self._session.logged_in:
            raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        return self._session
