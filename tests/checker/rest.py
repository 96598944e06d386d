"""REST calls of an admin to a backend that may be killed meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.usersig import sign
from imtui.sdk.rest import RestClient
from imtui.server.node.data_dir import DataDir

NOT_CARRIED_OUT: Final = frozenset(
    {
        ErrorCode.ERR_SDK_NET_DISCONNECT,
        ErrorCode.ERR_SDK_NET_CONN_REFUSE,
        ErrorCode.ERR_SDK_NET_CONN_TIMEOUT,
        ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT,
        ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR,
        ErrorCode.ERR_SVR_MSG_INTERNAL_ERROR4,
        # The core of a backend with edges has ended.
        ErrorCode.ERR_SVR_COMM_REQUEST_TIMEOUT,
    }
)
"""Errors after which the call may or may not have been carried out."""

_ADMIN: Final = "administrator"
_RETRY: Final = 0.1
_TRIES: Final = 300


def as_admin(data: DataDir, key: AppKey) -> RestClient:
    """Return a client that signs with a key.

    Raises:
        BackendError: The backend has no address now.
    """
    user_sig = sign(_ADMIN, key.sdk_app_id, key.secret_key)
    return RestClient(data.address().rest, key.sdk_app_id, _ADMIN, user_sig)


async def until_answered(ask: Callable[[], Awaitable[object]]) -> None:
    """Ask again and again until the backend has carried it out or refused it, which is raised."""
    for _ in range(_TRIES):
        try:
            await ask()
            return
        except IMError as error:
            if error.code not in NOT_CARRIED_OUT:
                raise
        await asyncio.sleep(_RETRY)
    raise TimeoutError("nothing was answered")
