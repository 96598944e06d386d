"""Sends callbacks before events, and reads the replies of the app's own server."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final

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
from imtui.server.edge.before_callbacks.turns import AT_ONCE, Turns
from imtui.server.instant import Instant
from imtui.server.link.before_callbacks import MessageDropped
from imtui.server.webhook.config import WebhookConfig
from imtui.server.webhook.receiver import CallbackError, Receiver
from imtui.server.webhook.request import encode_callback
from imtui.server.webhook.throttled_warnings import ThrottledWarnings

_CONTENT_MAX_BYTES: Final = 256 * 1024

# The ErrorCode of a reply about a message; the app may also choose one of its own.
_PASS: Final = 0
_FORBID: Final = 1
_DROP: Final = 2
_APP_CODES: Final = range(120_001, 130_001)
_APP_FRIEND_CODES: Final = range(38_000, 39_001)


class ResponseAction(StrEnum):
    """The answer to a friend request: the field's ResponseAction."""

    AGREE = "Response_Action_Agree"
    AGREE_AND_ADD = "Response_Action_AgreeAndAdd"
    REJECT = "Response_Action_Reject"


_AGREEMENTS: Final = {
    FriendAcceptType.AGREE: ResponseAction.AGREE,
    FriendAcceptType.AGREE_AND_ADD: ResponseAction.AGREE_AND_ADD,
}


def response_action(accept_type: FriendAcceptType) -> ResponseAction:
    """Return the ResponseAction that stands for an accept type."""
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
    """Sends the callbacks before events; ``aclose`` ends it.

    Events whose callback is not configured pass at once. Accounts take turns; the time limit
    begins with the turn. A callback fails if the receiver does not reply within the time limit,
    or if its reply is malformed; then the event passes or is denied with 80003.
    """

    def __init__(
        self,
        config: WebhookConfig,
        sdk_app_id: int,
        clock: Callable[[], Instant],
        denies_on_failure: Callable[[], bool],
    ) -> None:
        """Prepare to send.

        Args:
            config: The receiver, and the callbacks that it wants.
            sdk_app_id: The app.
            clock: Returns the current time.
            denies_on_failure: Tells whether an event is denied if its callback fails.
        """
        self._commands = config.commands & BEFORE_CALLBACKS
        self._clock = clock
        self._denies_on_failure = denies_on_failure
        self._turns = Turns()
        self._warnings = ThrottledWarnings()
        self._receiver = Receiver(config, sdk_app_id, clock, connections=AT_ONCE)

    def adjust(self, config: WebhookConfig) -> None:
        """Ask another receiver, or for other callbacks, from now on."""
        self._commands = config.commands & BEFORE_CALLBACKS
        self._receiver.adjust(config)

    async def aclose(self) -> None:
        """Close all connections."""
        self._warnings.close()
        await self._receiver.aclose()

    async def before_send(
        self,
        sender: str,
        params: SendMessageParams,
        *,
        msg_body: Elements | None = None,
        platform: OptPlatform = OptPlatform.UNKNOWN,
        client_ip: str = "",
    ) -> SendMessageParams:
        """Ask whether a message may be sent, and return the message to send.

        The callback's MsgSeq is 0, as the message has no seq yet; its MsgRandom is the same as in
        the callback after the message was sent.

        Args:
            sender: The sender.
            params: The message and its receiver.
            msg_body: The elements of the message, if it is more than one text or one payload. They
                do not apply if the returned message has another text or other data.
            platform: The platform of the sending device.
            client_ip: Its address; empty if unknown.

        Raises:
            IMError: 20006 if the message is forbidden; a code from 120001 to 130000 that the
                app's server chose; 80003 if the callback failed, and failures deny; 7008 if too
                many callbacks of the sender wait.
            MessageDropped: Drop the message without telling the sender.
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
            self._fail(command, "malformed reply")
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
        """Ask whether a user may add friends, and return the refusals by user ID.

        Args:
            requester: The caller: ``owner``, or an admin.
            owner: The user whose friends they become.
            params: The friends to add, all with the same AddType.
            source: Where the friends were found, such as ``AddSource_Type_Android``.
            is_forced: Whether an admin adds them without asking them.
            platform: The platform of the calling device.
            client_ip: Its address; empty if unknown.

        Raises:
            IMError: 80003 if the callback failed, and failures deny; 7008 if too many callbacks
                of ``owner`` wait.
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
        return self._refusals(callback.command, await self._ask(callback, client_ip))

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
        """Ask whether a user may give this answer to a friend request.

        Args:
            owner: The user who answers.
            asker: The user who sent the request.
            action: The answer.
            remark: What ``owner`` will call ``asker``.
            platform: The platform of the calling device.
            client_ip: Its address; empty if unknown.

        Raises:
            IMError: The app's server refused, with its reason; 80003 if the callback failed, and
                failures deny; 7008 if too many callbacks of ``owner`` wait.
        """
        item = {"To_Account": asker, "Remark": remark, "TagName": "", "ResponseAction": action}
        body = {
            "Requester_Account": owner,
            "From_Account": owner,
            "ResponseFriendItem": [item],
            "EventTime": self._clock().unix_ms,
        }
        callback = Callback(CallbackCommand.PREV_FRIEND_RESPONSE, owner, body, platform)
        reply = await self._ask(callback, client_ip)
        refusals = self._refusals(callback.command, reply)
        if asker in refusals:
            raise refusals[asker]

    async def _ask(self, callback: Callback, client_ip: str) -> _Reply | None:
        """Return the reply; None lets the event pass without one.

        Raises:
            IMError: 80003 if the callback failed, and failures deny; 7008 if too many wait.
        """
        command = callback.command
        if command not in self._commands:
            return None
        try:
            request = encode_callback(callback, client_ip=client_ip)
            is_sendable = len(request.content) <= _CONTENT_MAX_BYTES
        except UnicodeEncodeError:
            is_sendable = False
        if not is_sendable:
            # The core refuses such contents, so nothing is logged.
            self._deny_or_pass()
            return None
        async with self._turns.take(callback.user_id):
            try:
                content = await self._receiver.post(request)
                return msgspec.json.decode(content, type=_Reply)
            except CallbackError as error:
                problem = str(error)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                problem = "malformed reply"
        self._fail(command, problem)
        return None

    def _fail(self, command: CallbackCommand, problem: str) -> None:
        """Log that a callback failed, and let its event pass.

        Raises:
            IMError: 80003 if failures deny.
        """
        self._warnings.warn(f"{command}: {problem}")
        self._deny_or_pass()

    def _deny_or_pass(self) -> None:
        if self._denies_on_failure():
            raise IMError(ErrorCode.ERR_SVR_COMM_PRE_HOOK_FAILED)

    def _refusals(self, command: CallbackCommand, reply: _Reply | None) -> dict[str, IMError]:
        if reply is None:
            return {}
        if reply.error_code != _PASS:
            self._fail(command, "an unknown ErrorCode")
            return {}
        refused = [item for item in reply.result_item if item.result_code != 0]
        return {item.to_account: _refusal(item) for item in refused}


def _replaced(params: SendMessageParams, reply: _Reply) -> SendMessageParams:
    """Return the message with the contents that the reply replaces.

    Raises:
        ValueError: The new contents are neither a text nor a custom payload.
        IMError: The new contents are not allowed in a message.
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
    # Messages of other kinds were checked with their elements, which a reply does not replace.
    if after.elem_type in (ElemType.TEXT, ElemType.CUSTOM):
        check_contents(after.elem_type, after.text, after.data, after.cloud_custom_data)
    return after


def _refusal(item: _ResultItem) -> IMError:
    # A client could mistake any other code for an error of its own.
    is_allowed = item.result_code in _APP_FRIEND_CODES
    code = item.result_code if is_allowed else ErrorCode.ERR_SVR_FRIENDSHIP_ADD_FRIEND_DENY
    return IMError(code, item.result_info)
