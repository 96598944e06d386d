"""Asks the app's own server before something happens."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Self

import msgspec
from msgspec import field, structs

from imtui.protocol.chat import ElemType, SendMessageParams, check_contents
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.friendship import FriendAcceptType
from imtui.protocol.messages import AddFriendParams, FriendType
from imtui.protocol.rest.callback import (
    BEFORE_CALLBACKS,
    Callback,
    CallbackCommand,
    OptPlatform,
)
from imtui.protocol.rest.message_body import Elements, contents_of, elements_of_params
from imtui.protocol.rest.message_key import MessageKey, message_random
from imtui.server.instant import Instant
from imtui.server.link.before_callbacks import MessageDropped
from imtui.server.webhook.config import WebhookConfig
from imtui.server.webhook.receiver import CallbackError, Receiver, letter_of
from imtui.server.webhook.troubles import Troubles

_ASKED_AT_ONCE: Final = 32
_CONTENT_MAX_BYTES: Final = 256 * 1024

# What a reply may say of a message: let it pass, forbid it, drop it, or give a code of the app's.
_PASS: Final = 0
_FORBID: Final = 1
_DROP: Final = 2
_APP_CODES: Final = range(120_001, 130_001)
_APP_FRIEND_CODES: Final = range(38_000, 39_001)


class ResponseAction(StrEnum):
    """How a friend request is answered: the field's ResponseAction."""

    AGREE = "Response_Action_Agree"
    AGREE_AND_ADD = "Response_Action_AgreeAndAdd"
    REJECT = "Response_Action_Reject"


_AGREEMENTS: Final = {
    FriendAcceptType.AGREE: ResponseAction.AGREE,
    FriendAcceptType.AGREE_AND_ADD: ResponseAction.AGREE_AND_ADD,
}


def response_action(accept_type: FriendAcceptType) -> ResponseAction:
    """Return what the field calls a way to agree."""
    return _AGREEMENTS[accept_type]


class _ResultItem(msgspec.Struct):
    to_account: str = field(name="To_Account")
    result_code: int = field(name="ResultCode")
    result_info: str = field(name="ResultInfo", default="")


class _Reply(msgspec.Struct):
    error_code: int = field(name="ErrorCode")
    error_info: str = field(name="ErrorInfo", default="")
    msg_body: Any = field(name="MsgBody", default=None)
    cloud_custom_data: str | None = field(name="CloudCustomData", default=None)
    result_item: list[_ResultItem] = field(name="ResultItem", default_factory=list)


class HTTPBeforeCallbacks:
    """The callbacks that ask: ``async with`` while the backend runs.

    Whatever the configuration does not name passes at once. So does what the receiver does not
    answer within the time-out, or not in the field's form.
    """

    def __init__(
        self, config: WebhookConfig, sdk_app_id: int, clock: Callable[[], Instant]
    ) -> None:
        """Prepare what asks nobody yet.

        Args:
            config: Who is asked, and what.
            sdk_app_id: The app.
            clock: The present.
        """
        self._commands = config.commands & BEFORE_CALLBACKS
        self._clock = clock
        self._troubles = Troubles()
        self._receiver = Receiver(config, sdk_app_id, clock, connections=_ASKED_AT_ONCE)

    async def __aenter__(self) -> Self:
        """Get ready to ask."""
        await self._receiver.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        self._troubles.close()
        await self._receiver.__aexit__(kind, error, trace)

    async def before_send(
        self,
        sender: str,
        params: SendMessageParams,
        *,
        msg_body: Elements | None = None,
        platform: OptPlatform = OptPlatform.UNKNOWN,
        client_ip: str = "",
    ) -> SendMessageParams:
        """Ask whether a message may be sent, and return it as it is to be sent.

        Its place is not known yet, so that its MsgSeq is 0; its MsgRandom is that of the callback
        after it was sent.

        Args:
            sender: Who sends.
            params: What, and to whom.
            msg_body: Its elements, if text or data do not say it all. They no longer hold if what
                is returned has another text or other data.
            platform: From where.
            client_ip: From which address; empty if it is not known.

        Raises:
            IMError: 20006 if it may not; a code from 120001 to 130000 that the app's server
                chose.
            MessageDropped: It is to go nowhere, and the sender not to know.
        """
        command = CallbackCommand.BEFORE_SEND_MSG
        now = self._clock().unix_ms
        key = MessageKey(0, message_random(params.msg_id), now // 1000)
        body = {
            "From_Account": sender,
            "To_Account": params.user_id,
            "MsgSeq": key.seq,
            "MsgRandom": key.random,
            "MsgTime": key.time,
            "MsgKey": str(key),
            "OnlineOnlyFlag": int(params.online_user_only),
            "MsgBody": msg_body or elements_of_params(sender, params),
            "CloudCustomData": params.cloud_custom_data,
            "EventTime": now,
        }
        reply = await self._ask(Callback(command, sender, body, platform), client_ip)
        if reply is None:
            return params
        code = reply.error_code
        if code == _FORBID:
            raise IMError(ErrorCode.ERR_SVR_MSG_PUSH_DENY)
        if code == _DROP:
            raise MessageDropped
        if code in _APP_CODES:
            raise IMError(code, reply.error_info)
        try:
            if code != _PASS:
                raise ValueError("an unknown ErrorCode")
            return _replaced(params, reply)
        except (ValueError, IMError):
            self._troubles.note(f"{command}: a reply that is none")
            return params

    async def before_friend_add(
        self,
        requester: str,
        owner: str,
        params: Sequence[AddFriendParams],
        *,
        source: str = "",
        is_forced: bool = False,
        platform: OptPlatform = OptPlatform.UNKNOWN,
        client_ip: str = "",
    ) -> dict[str, IMError]:
        """Ask whether somebody may add friends, and return why not for those who may not be.

        Args:
            requester: Who calls: ``owner``, or an admin.
            owner: Who adds.
            params: Whom, and how; all with the same AddType.
            source: From where, such as ``AddSource_Type_Android``.
            is_forced: The others are not asked: an admin wants it.
            platform: From where the call comes.
            client_ip: From which address; empty if it is not known.
        """
        is_both = all(one.add_type is FriendType.BOTH for one in params)
        body = {
            "Requester_Account": requester,
            "From_Account": owner,
            "FriendItem": [
                {
                    "To_Account": one.user_id,
                    "Remark": one.friend_remark,
                    "GroupName": one.friend_group,
                    "AddSource": source,
                    "AddWording": one.add_wording,
                }
                for one in params
            ],
            "AddType": "Add_Type_Both" if is_both else "Add_Type_Single",
            "ForceAddFlags": int(is_forced),
            "EventTime": self._clock().unix_ms,
        }
        callback = Callback(CallbackCommand.PREV_FRIEND_ADD, owner, body, platform)
        return _refusals(await self._ask(callback, client_ip))

    async def before_friend_response(
        self,
        owner: str,
        asker: str,
        action: ResponseAction,
        *,
        remark: str = "",
        platform: OptPlatform = OptPlatform.UNKNOWN,
        client_ip: str = "",
    ) -> None:
        """Ask whether somebody may answer a friend request so.

        Args:
            owner: Who answers.
            asker: Who asked to be a friend.
            action: The answer.
            remark: What ``owner`` will call them.
            platform: From where the call comes.
            client_ip: From which address; empty if it is not known.

        Raises:
            IMError: They may not, for the reason that the app's server gives.
        """
        item = {"To_Account": asker, "Remark": remark, "TagName": "", "ResponseAction": action}
        body = {
            "Requester_Account": owner,
            "From_Account": owner,
            "ResponseFriendItem": [item],
            "EventTime": self._clock().unix_ms,
        }
        callback = Callback(CallbackCommand.PREV_FRIEND_RESPONSE, owner, body, platform)
        refusals = _refusals(await self._ask(callback, client_ip))
        if asker in refusals:
            raise refusals[asker]

    async def _ask(self, callback: Callback, client_ip: str) -> _Reply | None:
        """Return the reply, or None if it is to pass for want of one."""
        if callback.command not in self._commands:
            return None
        try:
            letter = letter_of(callback)
        except UnicodeEncodeError:
            # Nothing that the core lets pass.
            return None
        if len(letter.content) > _CONTENT_MAX_BYTES:
            return None
        try:
            return msgspec.json.decode(await self._receiver.post(letter, client_ip), type=_Reply)
        except CallbackError as error:
            self._troubles.note(f"{callback.command}: {error}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._troubles.note(f"{callback.command}: a reply that is none")
        return None


def _replaced(params: SendMessageParams, reply: _Reply) -> SendMessageParams:
    """Return the message with what the reply puts in its place.

    Raises:
        ValueError: That is no message.
        IMError: It is one that nobody may send.
    """
    changes: dict[str, Any] = {}
    if reply.msg_body is not None:
        contents = contents_of(reply.msg_body)
        if contents.msg_body:
            raise ValueError("neither one text nor one custom element")
        changes |= {
            "elem_type": contents.elem_type,
            "text": contents.text,
            "data": contents.data,
        }
    if reply.cloud_custom_data is not None:
        changes["cloud_custom_data"] = reply.cloud_custom_data
    after = structs.replace(params, **changes)
    if after == params:
        return params
    # Other kinds have elements that are not replaced, and were checked with them.
    if after.elem_type in (ElemType.TEXT, ElemType.CUSTOM):
        check_contents(after.elem_type, after.text, after.data, after.cloud_custom_data)
    return after


def _refusals(reply: _Reply | None) -> dict[str, IMError]:
    if reply is None or reply.error_code != 0:
        return {}
    return {item.to_account: _refusal(item) for item in reply.result_item if item.result_code != 0}


def _refusal(item: _ResultItem) -> IMError:
    # No other code of theirs: a client could take it for something that befell itself.
    ours = item.result_code in _APP_FRIEND_CODES
    code = item.result_code if ours else ErrorCode.ERR_SVR_FRIENDSHIP_ADD_FRIEND_DENY
    return IMError(code, item.result_info)
