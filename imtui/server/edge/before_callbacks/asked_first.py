"""Which requests of clients the app's own server is asked about before they are carried out."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from msgspec import Raw, Struct, structs

from imtui.protocol.chat import SendMessageParams, SentMessage
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.friendship import AcceptFriendApplicationParams, FriendApplicationParams
from imtui.protocol.jsonrpc import Request, decode_params, encode
from imtui.protocol.messages import AddFriendParams, Method
from imtui.protocol.rest.callback import OptPlatform, opt_platform
from imtui.server.clock import Moment
from imtui.server.core.accounts.account import Session
from imtui.server.core.service import IMService
from imtui.server.edge.before_callbacks.hooks import (
    Hooks,
    MessageDropped,
    ResponseAction,
    response_action,
)
from imtui.server.store.store import StoreError

_log: Final = logging.getLogger(__name__)


class AskedFirst:
    """Asks about a request, and says what is to be carried out in its place."""

    def __init__(
        self,
        hooks: Hooks,
        service: IMService,
        clock: Callable[[], Moment],
        is_store_failing: Callable[[], bool],
    ) -> None:
        """Make it of the hooks that ask, the core, the present, and whether nothing can be kept."""
        self._hooks = hooks
        self._service = service
        self._clock = clock
        self._is_store_failing = is_store_failing

    def concerns(self, method: str) -> bool:
        """Tell whether requests of a method may have to be asked about."""
        return method in _ASK

    async def ask(self, session_id: int, request: Request) -> Request | Struct | IMError:
        """Return the request as it is to be carried out, or the answer if it is not to be.

        What cannot be asked about, as nobody is logged in or as it is malformed, is returned as it
        is: it will be refused.
        """
        session = self._service.app.sessions.get(session_id)
        params_type, ask = _ASK[request.method]
        if session is None:
            return request
        try:
            params = decode_params(request.params, params_type)
        except IMError:
            return request
        try:
            answer = await ask(self, session, params)
        except IMError as refusal:
            return refusal
        except Exception:
            # A fault of ours: whoever met it is told, and nobody else notices.
            _log.exception("Asking about %s failed", request.method)
            return IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)
        if isinstance(answer, params_type):
            return structs.replace(request, params=Raw(encode(answer)))
        return answer or request

    async def _send(self, session: Session, wish: SendMessageParams) -> Struct | None:
        try:
            return await self._hooks.before_send(session.user_id, wish, platform=_platform(session))
        except MessageDropped:
            # Its sender has it as ever, and is not to know.
            return self._drop(session, wish)

    def _drop(self, session: Session, wish: SendMessageParams) -> SentMessage:
        failed = IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)
        if self._is_store_failing():
            raise failed
        now = self._clock()
        try:
            sent = self._service.send_message(session.session_id, wish, now, is_dropped=True)
        except StoreError as error:
            _log.error("%s", error)
            raise failed from error
        return SentMessage(sent)

    async def _add_friend(self, session: Session, wish: AddFriendParams) -> None:
        own = session.user_id
        refusals = await self._hooks.before_friend_add(
            own, own, [wish], platform=_platform(session)
        )
        if wish.user_id in refusals:
            raise refusals[wish.user_id]

    async def _accept(self, session: Session, wish: AcceptFriendApplicationParams) -> None:
        await self._hooks.before_friend_response(
            session.user_id,
            wish.user_id,
            response_action(wish.accept_type),
            remark=wish.friend_remark,
            platform=_platform(session),
        )

    async def _refuse(self, session: Session, wish: FriendApplicationParams) -> None:
        await self._hooks.before_friend_response(
            session.user_id, wish.user_id, ResponseAction.REJECT, platform=_platform(session)
        )


def _platform(session: Session) -> OptPlatform:
    return opt_platform(session.named.platform)


_ASK: Final[dict[str, tuple[type[Struct], Callable[..., Awaitable[Any]]]]] = {
    Method.SEND_MESSAGE: (SendMessageParams, AskedFirst._send),
    Method.ADD_FRIEND: (AddFriendParams, AskedFirst._add_friend),
    Method.ACCEPT_FRIEND_APPLICATION: (AcceptFriendApplicationParams, AskedFirst._accept),
    Method.REFUSE_FRIEND_APPLICATION: (FriendApplicationParams, AskedFirst._refuse),
}
