"""What each JSON-RPC method asks of the core."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from msgspec import Struct

from imtui.protocol import chat
from imtui.protocol import messages as m
from imtui.protocol.app_key import AppKey, number_of
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Params, Request, decode_params
from imtui.protocol.limits import heartbeat_interval
from imtui.server.clock import Moment
from imtui.server.core.logins.logins import Login
from imtui.server.core.service import IMService
from imtui.server.edge.friendship_methods import FRIENDSHIP_METHODS, FriendshipMethod
from imtui.server.store.store import StoreError

_log: Final = logging.getLogger(__name__)

_EMPTY: Final = m.Empty()


@dataclass(frozen=True)
class Caller:
    """The session that calls, and what its calls stand on."""

    service: IMService
    key: AppKey
    heartbeat_timeout: float
    session_id: int
    is_store_failing: Callable[[], bool]
    """Tells whether nothing can be made durable at present."""


def call(caller: Caller, request: Request, now: Moment) -> Struct:
    """Carry out a request and return its result.

    Raises:
        IMError: In this order: -32601 unknown method, 6014, 6017, then the call's own; 70500 for a
            change that could not be made durable.
    """
    method = _METHODS.get(request.method)
    if method is None:
        raise IMError(ErrorCode.JSONRPC_METHOD_NOT_FOUND)
    if method.needs_login:
        caller.service.check_logged_in(caller.session_id)
    params = (
        request.params if method.params is None else decode_params(request.params, method.params)
    )
    if method.is_durable and caller.is_store_failing():
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)
    try:
        return method.carry_out(caller, params, now)
    except StoreError as error:
        _log.error("%s", error)
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR) from error


def _login(caller: Caller, raw: Params, now: Moment) -> m.LoginResult:
    # The UserSig is checked before all else, and so before the other fields are even read.
    proof = decode_params(raw, m.Credentials)
    claims = caller.key.verify(proof.sdk_app_id, proof.user_id, proof.user_sig, now.unix_ms)
    signature = number_of(claims)
    caller.service.check_user_sig(proof.user_id, claims.time, signature)
    params = decode_params(raw, m.LoginParams)
    wish = Login(
        params.user_id,
        params.instance_id or secrets.token_hex(8),
        params.platform,
        params.device_name,
        params.passive,
        params.resume,
        signature,
    )
    own_status = caller.service.login(caller.session_id, wish, now)
    return m.LoginResult(heartbeat_interval(caller.heartbeat_timeout), now.unix_ms, own_status)


def _logout(caller: Caller, params: m.Empty, now: Moment) -> m.Empty:
    caller.service.logout(caller.session_id, now)
    return _EMPTY


def _heartbeat(caller: Caller, params: m.Empty, now: Moment) -> m.Empty:
    return _EMPTY


def _set_self_status(caller: Caller, params: m.SetSelfStatusParams, now: Moment) -> m.Empty:
    caller.service.set_self_status(caller.session_id, params.custom_status, params.expires_at, now)
    return _EMPTY


def _get_user_status(caller: Caller, params: m.UserIDListParams, now: Moment) -> m.UserStatusList:
    return m.UserStatusList(
        caller.service.get_user_status(caller.session_id, params.user_id_list, now)
    )


def _subscribe(caller: Caller, params: m.UserIDListParams, now: Moment) -> m.Empty:
    caller.service.subscribe(caller.session_id, params.user_id_list, now)
    return _EMPTY


def _unsubscribe(caller: Caller, params: m.UnsubscribeParams, now: Moment) -> m.Empty:
    caller.service.unsubscribe(caller.session_id, params.user_id_list, now)
    return _EMPTY


def _get_subscriptions(caller: Caller, params: m.Empty, now: Moment) -> m.Subscriptions:
    return caller.service.get_subscriptions(caller.session_id)


def _send_message(caller: Caller, params: chat.SendMessageParams, now: Moment) -> chat.SentMessage:
    return chat.SentMessage(caller.service.send_message(caller.session_id, params, now))


def _get_history(caller: Caller, params: chat.GetHistoryParams, now: Moment) -> chat.MessageList:
    return caller.service.get_history(
        caller.session_id, params.user_id, params.count, params.before_seq
    )


def _get_changed(
    caller: Caller, params: chat.GetChangedMessagesParams, now: Moment
) -> chat.MessageList:
    return caller.service.get_changed_messages(
        caller.session_id, params.user_id, params.since_version, params.count
    )


def _revoke_message(caller: Caller, params: chat.RevokeMessageParams, now: Moment) -> m.Empty:
    caller.service.revoke_message(caller.session_id, params.user_id, params.msg_id, now)
    return _EMPTY


def _delete_messages(caller: Caller, params: chat.DeleteMessagesParams, now: Moment) -> m.Empty:
    caller.service.delete_messages(caller.session_id, params.user_id, params.seq_list)
    return _EMPTY


def _clean_unread(caller: Caller, params: chat.CleanUnreadParams, now: Moment) -> m.Empty:
    caller.service.clean_unread(
        caller.session_id, params.conversation_id, params.clean_sequence, now
    )
    return _EMPTY


def _get_conversations(
    caller: Caller, params: chat.GetConversationListParams, now: Moment
) -> chat.ConversationList:
    return caller.service.get_conversation_list(caller.session_id, params.cursor, params.count)


def _pin_conversation(caller: Caller, params: chat.PinConversationParams, now: Moment) -> m.Empty:
    caller.service.pin_conversation(caller.session_id, params.conversation_id, params.is_pinned)
    return _EMPTY


def _set_receive_opt(caller: Caller, params: chat.SetReceiveOptParams, now: Moment) -> m.Empty:
    caller.service.set_receive_opt(caller.session_id, params.user_id_list, params.opt)
    return _EMPTY


def _delete_conversation(
    caller: Caller, params: chat.DeleteConversationParams, now: Moment
) -> m.Empty:
    caller.service.delete_conversation(caller.session_id, params.conversation_id, now)
    return _EMPTY


@dataclass(frozen=True)
class _Method:
    params: type[Any] | None
    """None if it reads them by itself."""
    carry_out: Callable[[Caller, Any, Moment], Struct]
    needs_login: bool = True
    is_durable: bool = False
    """What it changes outlives a restart, or what it shows has to be on the disk."""


def _of_friendship(method: FriendshipMethod) -> _Method:
    def carry_out(caller: Caller, params: Any, now: Moment) -> Struct:
        return method.carry_out(caller.service, caller.session_id, params, now) or _EMPTY

    return _Method(method.params, carry_out, is_durable=method.is_durable)


_METHODS: Final[dict[str, _Method]] = {
    m.Method.LOGIN: _Method(None, _login, needs_login=False, is_durable=True),
    m.Method.LOGOUT: _Method(m.Empty, _logout, is_durable=True),
    m.Method.HEARTBEAT: _Method(m.Empty, _heartbeat),
    m.Method.SET_SELF_STATUS: _Method(m.SetSelfStatusParams, _set_self_status),
    m.Method.GET_USER_STATUS: _Method(m.UserIDListParams, _get_user_status),
    m.Method.SUBSCRIBE_USER_STATUS: _Method(m.UserIDListParams, _subscribe, is_durable=True),
    m.Method.UNSUBSCRIBE_USER_STATUS: _Method(m.UnsubscribeParams, _unsubscribe, is_durable=True),
    m.Method.GET_SUBSCRIPTIONS: _Method(m.Empty, _get_subscriptions),
    m.Method.SEND_MESSAGE: _Method(chat.SendMessageParams, _send_message, is_durable=True),
    m.Method.GET_C2C_HISTORY_MESSAGE_LIST: _Method(
        chat.GetHistoryParams, _get_history, is_durable=True
    ),
    m.Method.GET_CHANGED_MESSAGES: _Method(
        chat.GetChangedMessagesParams, _get_changed, is_durable=True
    ),
    m.Method.REVOKE_MESSAGE: _Method(chat.RevokeMessageParams, _revoke_message, is_durable=True),
    m.Method.DELETE_MESSAGES: _Method(chat.DeleteMessagesParams, _delete_messages, is_durable=True),
    m.Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT: _Method(
        chat.CleanUnreadParams, _clean_unread, is_durable=True
    ),
    m.Method.GET_CONVERSATION_LIST: _Method(
        chat.GetConversationListParams, _get_conversations, is_durable=True
    ),
    m.Method.PIN_CONVERSATION: _Method(
        chat.PinConversationParams, _pin_conversation, is_durable=True
    ),
    m.Method.SET_C2C_RECEIVE_MESSAGE_OPT: _Method(
        chat.SetReceiveOptParams, _set_receive_opt, is_durable=True
    ),
    m.Method.DELETE_CONVERSATION: _Method(
        chat.DeleteConversationParams, _delete_conversation, is_durable=True
    ),
    **{name: _of_friendship(method) for name, method in FRIENDSHIP_METHODS.items()},
}
