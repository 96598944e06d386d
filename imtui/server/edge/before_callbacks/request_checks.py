"""Asks the app's own server about requests of clients before they are dispatched."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from msgspec import Raw, Struct, structs

from imtui.protocol.chat import SendMessageParams
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.friendship import AcceptFriendApplicationParams, FriendApplicationParams
from imtui.protocol.jsonrpc import Request, decode_params, encode
from imtui.protocol.messages import AddFriendParams, Method
from imtui.protocol.rest.callback import OptPlatform
from imtui.server.edge.before_callbacks.callbacks import (
    HTTPBeforeCallbacks,
    ResponseAction,
    response_action,
)
from imtui.server.garbage import without_frames
from imtui.server.link.before_callbacks import MessageDropped

_log: Final = logging.getLogger(__name__)


class Verdict(Struct, frozen=True):
    """The decision of the app's own server about a request."""

    request: Request
    """The request to dispatch, possibly with other parameters."""
    refusal: IMError | None = None
    """The error to answer instead."""
    is_dropped: bool = False
    """Whether only the caller sees the effect of the request."""


class Sender(Struct, frozen=True):
    """The user who makes a request."""

    user_id: str
    platform: OptPlatform
    """That of their device."""
    client_ip: str = ""
    """Their address; empty if unknown."""


class RequestChecks:
    """Sends the callbacks before the requests of clients."""

    def __init__(self, callbacks: HTTPBeforeCallbacks) -> None:
        """Check requests with these callbacks."""
        self._callbacks = callbacks

    def concerns(self, method: str) -> bool:
        """Tell whether requests of a method may need a callback."""
        return method in _CHECKS

    async def check(self, sender: Sender, request: Request) -> Verdict:
        """Return the verdict about a request; a malformed one passes, as the core refuses it.

        Args:
            sender: The calling user.
            request: The request.
        """
        params_type, check = _CHECKS[request.method]
        try:
            params = decode_params(request.params, params_type)
        except IMError:
            return Verdict(request)
        try:
            replaced = await check(self._callbacks, sender, params)
        except IMError as refusal:
            return Verdict(request, without_frames(refusal))
        except MessageDropped:
            return Verdict(request, is_dropped=True)
        except Exception:
            # A bug: answer the caller with an internal error; others are not affected.
            _log.exception("The callback before %s failed", request.method)
            return Verdict(request, IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR))
        if replaced is None or replaced == params:
            return Verdict(request)
        return Verdict(structs.replace(request, params=Raw(encode(replaced))))


_Check = Callable[[HTTPBeforeCallbacks, Sender, Any], Awaitable[Struct | None]]
"""Returns the parameters to use instead, or None; raises IMError for a refusal."""


async def _send(
    callbacks: HTTPBeforeCallbacks, own: Sender, params: SendMessageParams
) -> SendMessageParams:
    return await callbacks.before_send(
        own.user_id, params, platform=own.platform, client_ip=own.client_ip
    )


async def _add_friend(callbacks: HTTPBeforeCallbacks, own: Sender, params: AddFriendParams) -> None:
    refusals = await callbacks.before_friend_add(
        own.user_id, own.user_id, [params], platform=own.platform, client_ip=own.client_ip
    )
    if params.user_id in refusals:
        raise refusals[params.user_id]


async def _accept(
    callbacks: HTTPBeforeCallbacks,
    own: Sender,
    params: AcceptFriendApplicationParams,
) -> None:
    await callbacks.before_friend_response(
        own.user_id,
        params.user_id,
        response_action(params.accept_type),
        remark=params.friend_remark,
        platform=own.platform,
        client_ip=own.client_ip,
    )


async def _refuse(
    callbacks: HTTPBeforeCallbacks,
    own: Sender,
    params: FriendApplicationParams,
) -> None:
    await callbacks.before_friend_response(
        own.user_id,
        params.user_id,
        ResponseAction.REJECT,
        platform=own.platform,
        client_ip=own.client_ip,
    )


_CHECKS: Final[Mapping[str, tuple[type[Struct], _Check]]] = {
    Method.SEND_MESSAGE: (SendMessageParams, _send),
    Method.ADD_FRIEND: (AddFriendParams, _add_friend),
    Method.ACCEPT_FRIEND_APPLICATION: (AcceptFriendApplicationParams, _accept),
    Method.REFUSE_FRIEND_APPLICATION: (FriendApplicationParams, _refuse),
}
