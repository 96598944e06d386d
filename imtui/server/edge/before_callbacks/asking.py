"""Which requests of clients the app's own server is asked about before they are carried out."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from msgspec import Raw, Struct, structs

from imtui.protocol.chat import SendMessageParams
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.friendship import AcceptFriendApplicationParams, FriendApplicationParams
from imtui.protocol.jsonrpc import Request, decode_params, encode
from imtui.protocol.messages import AddFriendParams, Method
from imtui.protocol.rest.callback import OptPlatform, opt_platform
from imtui.protocol.status import Platform
from imtui.server.edge.before_callbacks.callbacks import (
    HTTPBeforeCallbacks,
    ResponseAction,
    response_action,
)
from imtui.server.link.before_callbacks import MessageDropped

_log: Final = logging.getLogger(__name__)


class Verdict(Struct, frozen=True):
    """What the app's own server makes of a request."""

    request: Request
    """As it is to be carried out."""
    refusal: IMError | None = None
    """Why it is not carried out."""
    is_dropped: bool = False
    """It goes nowhere, and its caller is not to know."""


class Asking:
    """Asks about requests of clients."""

    def __init__(self, callbacks: HTTPBeforeCallbacks) -> None:
        """Make it of the callbacks that ask."""
        self._callbacks = callbacks

    def concerns(self, method: str) -> bool:
        """Tell whether requests of a method may have to be asked about."""
        return method in _ASK

    async def ask(self, user_id: str, platform: Platform | None, request: Request) -> Verdict:
        """Return what becomes of a request; one that is malformed will be refused anyway.

        Args:
            user_id: Who makes it.
            platform: The platform of the device.
            request: What.
        """
        params_type, ask = _ASK[request.method]
        try:
            params = decode_params(request.params, params_type)
        except IMError:
            return Verdict(request)
        try:
            answer = await ask(self._callbacks, user_id, opt_platform(platform), params)
        except IMError as refusal:
            return Verdict(request, refusal)
        except MessageDropped:
            return Verdict(request, is_dropped=True)
        except Exception:
            # A fault of ours: whoever met it is told, and nobody else notices.
            _log.exception("Asking about %s failed", request.method)
            return Verdict(request, IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR))
        if answer is None or answer == params:
            return Verdict(request)
        return Verdict(structs.replace(request, params=Raw(encode(answer))))


_Ask = Callable[[HTTPBeforeCallbacks, str, OptPlatform, Any], Awaitable[Struct | None]]
"""Returns the parameters if they are to be other ones; raises IMError for a refusal."""


async def _send(
    callbacks: HTTPBeforeCallbacks, own: str, platform: OptPlatform, params: SendMessageParams
) -> SendMessageParams:
    return await callbacks.before_send(own, params, platform=platform)


async def _add_friend(
    callbacks: HTTPBeforeCallbacks, own: str, platform: OptPlatform, params: AddFriendParams
) -> None:
    refusals = await callbacks.before_friend_add(own, own, [params], platform=platform)
    if params.user_id in refusals:
        raise refusals[params.user_id]


async def _accept(
    callbacks: HTTPBeforeCallbacks,
    own: str,
    platform: OptPlatform,
    params: AcceptFriendApplicationParams,
) -> None:
    await callbacks.before_friend_response(
        own,
        params.user_id,
        response_action(params.accept_type),
        remark=params.friend_remark,
        platform=platform,
    )


async def _refuse(
    callbacks: HTTPBeforeCallbacks,
    own: str,
    platform: OptPlatform,
    params: FriendApplicationParams,
) -> None:
    await callbacks.before_friend_response(
        own, params.user_id, ResponseAction.REJECT, platform=platform
    )


_ASK: Final[Mapping[str, tuple[type[Struct], _Ask]]] = {
    Method.SEND_MESSAGE: (SendMessageParams, _send),
    Method.ADD_FRIEND: (AddFriendParams, _add_friend),
    Method.ACCEPT_FRIEND_APPLICATION: (AcceptFriendApplicationParams, _accept),
    Method.REFUSE_FRIEND_APPLICATION: (FriendApplicationParams, _refuse),
}
