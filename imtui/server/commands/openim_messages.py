"""``openim``: sending and importing messages; ``openim_history`` reads and changes them."""

from typing import Annotated, Final, Literal

from msgspec import Meta, structs

from imtui.protocol.chat import SendMessageParams
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import ADMINISTRATOR
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.callback import OptPlatform
from imtui.protocol.rest.message_body import Contents, MsgBody, contents_of, elements_of_params
from imtui.protocol.rest.message_key import UINT32_MAX, MessageKey, derived_seq
from imtui.server.commands.command import Answer, Call, Command, result_of
from imtui.server.commands.openim import OPENIM
from imtui.server.core.logins import registration
from imtui.server.core.messages.counts import last_active
from imtui.server.core.messages.sending import SendOptions, send_message
from imtui.server.link.before_callbacks import BeforeCallbacks, MessageDropped

TARGETS_MAX: Final = 500
"""The most receivers in one call."""
LIFE_TIME_MAX: Final = 7 * 24 * 3600
"""The longest MsgLifeTime that is accepted, in seconds; stored messages do not expire."""

_UInt32 = Annotated[int, Meta(ge=0, le=UINT32_MAX)]


class NewMessage(Body, frozen=True, kw_only=True):
    """The fields of every command that creates a message."""

    msg_body: MsgBody
    msg_random: _UInt32
    """Together with MsgSeq, unique among the sender's messages of one second."""
    msg_seq: _UInt32 = 0
    """If it is absent or 0, the backend derives one."""
    cloud_custom_data: str = ""

    def key(self, sender: str, time: int) -> MessageKey:
        """Return the key of the message, given its time in Unix seconds."""
        seq = self.msg_seq or derived_seq(sender, self.msg_random, time)
        return MessageKey(seq, self.msg_random, time)

    def contents(self) -> Contents:
        """Return the contents.

        Raises:
            IMError: 90002, 90010, 93000.
        """
        if "\x00" in self.cloud_custom_data:
            raise IMError(
                ErrorCode.ERR_SVR_MSG_INVALID_JSON_FORMAT, "CloudCustomData: NUL is not allowed."
            )
        contents = contents_of(self.msg_body)
        contents.check_size(self.cloud_custom_data)
        return contents

    def message_params(
        self, receiver: str, key: MessageKey, contents: Contents, *, is_online_only: bool = False
    ) -> SendMessageParams:
        """Return the parameters for sending it to an account."""
        return SendMessageParams(
            receiver,
            key.msg_id(receiver),
            contents.elem_type,
            contents.text,
            contents.data,
            self.cloud_custom_data,
            is_online_only,
        )


class SentMessage(NewMessage, frozen=True, kw_only=True):
    """The fields of every command that sends a message; those for phone pushes have no effect."""

    from_account: str = ""
    """The sender; the admin if it is absent."""
    sync_other_machine: Literal[0, 1, 2] = 0
    """1 to notify the sender's devices; 2 to hide the message from the sender."""
    msg_life_time: Annotated[int, Meta(ge=0)] = LIFE_TIME_MAX
    """0 to push it to online receivers only, without storing it."""
    send_msg_control: tuple[Literal["NoUnread", "NoLastMsg", "WithMuteNotifications"], ...] = ()
    forbid_callback_control: tuple[
        Literal["ForbidBeforeSendMsgCallback", "ForbidAfterSendMsgCallback"], ...
    ] = ()

    def options(self, sender: str, contents: Contents) -> SendOptions:
        """Return the options for sending it."""
        return SendOptions(
            msg_body=contents.msg_body,
            to_sender=self.sync_other_machine == 1,
            hidden_from=sender if self.sync_other_machine == 2 else "",
            is_excluded_from_unread_count="NoUnread" in self.send_msg_control,
            is_excluded_from_last_message="NoLastMsg" in self.send_msg_control,
            is_after_callback_forbidden="ForbidAfterSendMsgCallback"
            in self.forbid_callback_control,
        )


class SendMsg(SentMessage, frozen=True, kw_only=True):
    """A message to one account."""

    to_account: str


class MsgSent(Body, frozen=True):
    """The key of the message."""

    msg_time: int
    """In Unix seconds."""
    msg_key: str


class BatchSendMsg(SentMessage, frozen=True, kw_only=True):
    """A message to several accounts."""

    to_account: list[str]


class TargetError(Body, frozen=True):
    """Why an account did not get the message."""

    to_account: str
    error_code: int


class BatchSent(Body, frozen=True):
    """The key that all the messages share, and the accounts that did not get one."""

    msg_key: str
    error_list: list[TargetError]


class ImportMsg(NewMessage, frozen=True, kw_only=True):
    """A message from another system."""

    sync_from_old_system: Literal[1, 2, 5]
    """2 if it does not count as unread."""
    from_account: str
    to_account: str
    msg_time_stamp: Annotated[int, Meta(ge=1, le=UINT32_MAX)]
    """When it was written, in Unix seconds."""


def _sendmsg(call: Call, params: SendMsg) -> MsgSent:
    contents = _checked(params)
    sender = params.from_account or ADMINISTRATOR
    _check_sender(call, sender)
    _check_receiver(call, sender, params.to_account)
    key = _send(call, sender, [params.to_account], params, contents)
    return MsgSent(key.time, str(key))


def _batchsendmsg(call: Call, params: BatchSendMsg) -> BatchSent:
    contents = _checked(params)
    receivers = list(dict.fromkeys(params.to_account))
    if not receivers:
        raise IMError(
            ErrorCode.ERR_SVR_MSG_INVALID_TO_ACCOUNT, "To_Account: name at least one account."
        )
    if len(receivers) > TARGETS_MAX:
        raise IMError(ErrorCode.ERR_SVR_MSG_TO_ACCOUNT_COUNT_LIMIT)
    sender = params.from_account or ADMINISTRATOR
    _check_sender(call, sender)
    results = {
        receiver: result_of(OPENIM, _check_receiver, call, sender, receiver)[0]
        for receiver in receivers
    }
    known = [receiver for receiver, code in results.items() if not code]
    key = _send(call, sender, known, params, contents)
    unknown = ErrorCode.ERR_SVR_MSG_TO_ACCOUNT_NOT_FOUND
    return BatchSent(
        str(key),
        [
            # For an unknown account the field has 70107 in a list, and 90012 for a lone receiver.
            TargetError(receiver, ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND if code == unknown else code)
            for receiver, code in results.items()
            if code
        ],
    )


async def _ask_before(callbacks: BeforeCallbacks, params: SendMsg, client_ip: str) -> SendMsg:
    """Send the callback unless the request forbids it; a dropped message is refused."""
    if "ForbidBeforeSendMsgCallback" in params.forbid_callback_control:
        return params
    sender = params.from_account or ADMINISTRATOR
    contents = _checked(params)
    # The message has no time yet, so its key is provisional.
    given = params.message_params(params.to_account, params.key(sender, 0), contents)
    try:
        replaced = await callbacks.before_send(
            sender,
            given,
            msg_body=params.msg_body,
            platform=OptPlatform.REST_API,
            client_ip=client_ip,
        )
    except MessageDropped:
        raise IMError(ErrorCode.ERR_SVR_MSG_PUSH_DENY) from None
    if replaced is given:
        return params
    is_same = (replaced.text, replaced.data) == (given.text, given.data)
    return structs.replace(
        params,
        msg_body=params.msg_body if is_same else elements_of_params(sender, replaced),
        cloud_custom_data=replaced.cloud_custom_data,
    )


def _importmsg(call: Call, params: ImportMsg) -> Answer:
    contents = params.contents()
    if params.msg_time_stamp > call.now.unix_ms // 1000:
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_TIMESTAMP, "MsgTimeStamp: it is in the future.")
    _check_sender(call, params.from_account)
    _check_receiver(call, params.from_account, params.to_account)
    key = params.key(params.from_account, params.msg_time_stamp)
    at = params.msg_time_stamp * 1000
    # A message that is older than the last one is still appended, but nobody is notified.
    is_old = at < (last_active(call.acting_for(params.from_account), params.to_account) or 0)
    options = SendOptions(
        msg_body=contents.msg_body,
        to_sender=not is_old,
        to_receiver=not is_old,
        is_excluded_from_last_message=is_old,
        is_excluded_from_unread_count=params.sync_from_old_system == 2 or is_old,
        timestamp=at,
        is_after_callback_forbidden=True,
    )
    sent = params.message_params(params.to_account, key, contents)
    _register(call, params.from_account)
    send_message(call.acting_for(params.from_account), sent, options)
    return Answer()


def _checked(params: SentMessage) -> Contents:
    if params.msg_life_time > LIFE_TIME_MAX:
        raise IMError(ErrorCode.ERR_SVR_MSG_TIME_LIMIT)
    return params.contents()


def _send(
    call: Call, sender: str, receivers: list[str], params: SentMessage, contents: Contents
) -> MessageKey:
    """Send a message to checked accounts, and return the key that all the messages share."""
    key = params.key(sender, call.now.unix_ms // 1000)
    options = params.options(sender, contents)
    if receivers:
        _register(call, sender)
    for receiver in receivers:
        is_online_only = params.msg_life_time == 0
        sent = params.message_params(receiver, key, contents, is_online_only=is_online_only)
        send_message(call.acting_for(sender), sent, options)
    return key


def _register(call: Call, sender: str) -> None:
    """Register the admin if it sends without an account: every message has a sender."""
    if sender == ADMINISTRATOR and not call.is_registered(sender):
        registration.register(call.context, sender)


def _check_sender(call: Call, sender: str) -> None:
    if not call.is_registered(sender) and sender != ADMINISTRATOR:
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_FROM_ACCOUNT)


def _check_receiver(call: Call, sender: str, receiver: str) -> None:
    if receiver == sender:
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_TO_ACCOUNT, "Nobody writes to themselves.")
    if not call.is_registered(receiver):
        raise IMError(ErrorCode.ERR_SVR_MSG_TO_ACCOUNT_NOT_FOUND)


_FIELDS: Final = {
    "From_Account": ErrorCode.ERR_SVR_MSG_INVALID_FROM_ACCOUNT,
    "To_Account": ErrorCode.ERR_SVR_MSG_INVALID_TO_ACCOUNT,
    "MsgBody": ErrorCode.ERR_SVR_MSG_BODY_NOT_ARRAY,
    "MsgRandom": ErrorCode.ERR_SVR_MSG_INVALID_RAND,
    "MsgSeq": ErrorCode.ERR_SVR_MSG_INVALID_JSON_FORMAT,
    "CloudCustomData": ErrorCode.ERR_SVR_MSG_INVALID_JSON_FORMAT,
    "SyncOtherMachine": ErrorCode.ERR_SVR_MSG_INVALID_SYNCOTHERMACHINE,
    "MsgLifeTime": ErrorCode.ERR_SVR_MSG_INVALID_MSGLIFETIME,
    "SendMsgControl": ErrorCode.ERR_SVR_MSG_INVALID_JSON_FORMAT,
    "ForbidCallbackControl": ErrorCode.ERR_SVR_MSG_INVALID_JSON_FORMAT,
    "SyncFromOldSystem": ErrorCode.ERR_SVR_MSG_INVALID_SYNCFROMOLDSYSTEM,
    "MsgTimeStamp": ErrorCode.ERR_SVR_MSG_INVALID_TIMESTAMP,
}

COMMANDS: Final = (
    Command(
        OPENIM,
        "sendmsg",
        "Send a message to an account.",
        SendMsg,
        MsgSent,
        _sendmsg,
        _FIELDS,
        before=_ask_before,
    ),
    Command(
        OPENIM,
        "batchsendmsg",
        "Send a message to several accounts.",
        BatchSendMsg,
        BatchSent,
        _batchsendmsg,
        _FIELDS,
    ),
    Command(
        OPENIM,
        "importmsg",
        "Import a message from another system.",
        ImportMsg,
        Answer,
        _importmsg,
        _FIELDS,
    ),
)
