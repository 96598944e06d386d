"""Kicks during a run: nobody stays logged in, or logs in again, with a UserSig that was kicked."""

import asyncio
import time
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Final

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.usersig import sign
from imtui.sdk import Backoff, IMClient, LoginStatus
from imtui.server.node.data_dir import BackendError, DataDir
from tests.checker.rest import NOT_CARRIED_OUT, as_admin, until_answered
from tests.server.node.edges.edged_server import until

_KICKED: Final = "ida"
_RETRY: Final = 0.1
_TRIES: Final = 300
_CHECKED_MAX: Final = 3
"""More failures of an account would delay its logins."""


class Kicks:
    """Somebody who is kicked, and comes back with another UserSig."""

    def __init__(self, data: Path) -> None:
        """Start without kicks by the backend with this data folder."""
        self._data = DataDir(data)
        self._stack = AsyncExitStack()
        self._one_by_one = asyncio.Lock()
        self.revoked: list[str] = []
        """UserSigs that were kicked, as the backend has acknowledged."""
        self.wrong: list[str] = []

    async def start(self, url: str, key: AppKey) -> None:
        """Log in."""
        self._url, self._key = url, key
        self._client = await self._stack.enter_async_context(self._new_client())
        await self._log_in()

    async def kick(self) -> bool:
        """Kick who is logged in, and tell whether it was acknowledged."""
        async with self._one_by_one:
            try:
                admin = as_admin(self._data, self._key)
                await admin.call("im_open_login_svc/kick", {"UserID": _KICKED})
            except BackendError:
                return False
            except IMError as error:
                if error.code not in NOT_CARRIED_OUT:
                    self.wrong.append(f"a kick gave {error}")
                return False
            self.revoked.append(self.user_sig)
            try:
                await until(lambda: self._client.get_login_status() is LoginStatus.LOGOUT)
            except TimeoutError:
                self.wrong.append(f"{_KICKED} was kicked, and stays logged in")
            await self._log_in()
            return True

    async def check(self) -> None:
        """Check that no UserSig that was kicked is let in, after all faults."""
        for user_sig in self.revoked[-_CHECKED_MAX:]:
            async with self._new_client() as client:
                code = await self._code_of(client, user_sig)
            if code != ErrorCode.ERR_SVR_ACCOUNT_INVALID_USERSIG:
                self.wrong.append(f"a UserSig that was kicked gave {code}")

    async def stop(self) -> None:
        """Log out."""
        await self._stack.aclose()

    async def _log_in(self) -> None:
        # All UserSigs of the second of a kick are revoked.
        await asyncio.sleep(1.0 - time.time() % 1.0)
        self.user_sig = sign(_KICKED, self._key.sdk_app_id, self._key.secret_key)
        for _ in range(_TRIES):
            with suppress(IMError):
                await self._client.login(_KICKED, self.user_sig)
                return
            await asyncio.sleep(_RETRY)
        raise TimeoutError(f"{_KICKED} cannot log in")

    async def _code_of(self, client: IMClient, user_sig: str) -> int:
        try:
            await until_answered(partial(client.login, _KICKED, user_sig))
        except IMError as error:
            return error.code
        return 0

    def _new_client(self) -> IMClient:
        return IMClient(self._url, self._key.sdk_app_id, backoff=Backoff(0.05, 0.4))
