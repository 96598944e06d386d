"""``openim``: reading and changing the history of messages as an admin."""

from typing import Annotated, Final

from msgspec import Meta, field

from imtui.protocol.chat import MessageStatus, RevokeMessageParams
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.message_body import Elements, elements_of
from imtui.protocol.rest.message_key import key_of, message_key
from imtui.protocol.rest.reading import formerly
from imtui.protocol.rest.role import Role
from imtui.server.commands.command import Answer, Call, Command
from imtui.server.commands.openim import OPENIM
from imtui.server.core.messages.counts import all_unread, read_until, unread_of
from imtui.server.core.messages.reading import HistoryMessage, find_message, place_of, within
from imtui.server.core.messages.removing import revoke_message
from imtui.server.core.paging import page_of

PAGE_MAX: Final = 100
"""The most messages on a page of the history."""
PAGE_MAX_BYTES: Final = 13 * 1024
"""The most bytes that they have together as JSON."""
PEERS_MAX: Final = 10
"""The most conversations whose unread messages are counted in one call."""

_GONE: Final = 8
"""The MsgFlagBits of a message without contents: it was recalled, or is where a page ended."""

_Seconds = Annotated[int, Meta(ge=0, le=2**40)]
"""A time, in Unix seconds."""


class GetRoamMsg(Body, frozen=True):
    """The messages that are wanted, as one of the two members sees them."""

    max_cnt: Annotated[int, Meta(ge=1)]
    min_time: _Seconds
    max_time: _Seconds
    operator_account: Annotated[str, formerly("From_Account")]
    peer_account: Annotated[str, formerly("To_Account")]
    last_msg_key: str = ""
    """LastMsgKey of the previous page."""


class RoamMsg(Body, frozen=True):
    """One message of the history."""

    from_account: str
    to_account: str
    msg_seq: int
    msg_random: int
    msg_time_stamp: int
    msg_flag_bits: int
    """8 if it has no contents any more, as after a recall."""
    is_peer_read: int
    """1 if the receiver has read it."""
    msg_key: str
    msg_body: Elements
    cloud_custom_data: str


class RoamMsgs(Body, frozen=True):
    """A page of the history, the oldest message first; the next page has older ones."""

    complete: int
    """0 if there are older ones: ask for them with LastMsgTime as MaxTime, and LastMsgKey."""
    msg_cnt: int
    last_msg_time: int
    """The time of the oldest message of the page."""
    last_msg_key: str
    msg_list: list[RoamMsg]


class MsgWithdraw(Body, frozen=True):
    """The message to recall."""

    from_account: str
    to_account: str
    msg_key: str


class SetMsgRead(Body, frozen=True):
    """The conversation that an account has read."""

    report_account: str
    peer_account: str
    msg_read_time: Annotated[int, Meta(ge=0)] | Annotated[str, Meta(pattern="^[0-9]{1,16}$")] = 0
    """The time up to which it is read, in Unix seconds; now if it is absent or 0."""


class GetUnreadMsgNum(Body, frozen=True):
    """The account whose unread messages to count."""

    to_account: str
    peer_account: tuple[str, ...] = ()
    """Count each conversation with these users; if it is absent, all conversations together."""


class UnreadMsgNum(Body, frozen=True):
    """How many messages of a conversation are unread."""

    peer_account: str
    c2c_unread_msg_num: int = field(name="C2CUnreadMsgNum")


class PeerError(Body, frozen=True):
    """Why the messages of a conversation could not be counted."""

    peer_account: str
    error_code: int


class UnreadMsgNums(Body, frozen=True, omit_defaults=True):
    """How many messages are unread, in all or in each requested conversation."""

    all_c2c_unread_msg_num: int | None = field(name="AllC2CUnreadMsgNum", default=None)
    c2c_unread_msg_num_list: list[UnreadMsgNum] | None = field(
        name="C2CUnreadMsgNumList", default=None
    )
    error_list: tuple[PeerError, ...] = ()


def _admin_getroammsg(call: Call, params: GetRoamMsg) -> RoamMsgs:
    viewer, peer = params.operator_account, params.peer_account
    _check_two(call, viewer, peer)
    account = call.acting_for(viewer)
    before = ((params.max_time + 1) * 1000, 0)
    if params.last_msg_key:
        place = place_of(account, peer, key_of(params.last_msg_key))
        if place is None:
            raise IMError(
                ErrorCode.ERR_SVR_MSG_INVALID_MSGKEY, "LastMsgKey: there is no such message."
            )
        before = min(before, place)
    count = min(params.max_cnt, PAGE_MAX)
    found = within(account, peer, params.min_time * 1000, before, count + 1)
    page, is_last = page_of(found.messages, count, _roam_msg, PAGE_MAX_BYTES)
    page.reverse()
    return RoamMsgs(
        int(is_last and not found.is_cut),
        len(page),
        page[0].msg_time_stamp if page else 0,
        page[0].msg_key if page else "",
        page,
    )


def _roam_msg(found: HistoryMessage) -> RoamMsg:
    message = found.message
    key = message_key(message)
    return RoamMsg(
        message.sender,
        message.receiver,
        key.seq,
        key.random,
        message.timestamp // 1000,
        0 if message.status is MessageStatus.SEND_SUCC else _GONE,
        int(found.is_read),
        str(key),
        elements_of(message),
        message.cloud_custom_data,
    )


def _admin_msgwithdraw(call: Call, params: MsgWithdraw) -> Answer:
    key = key_of(params.msg_key)
    _check_two(call, params.from_account, params.to_account)
    sender = call.acting_for(params.from_account)
    found = find_message(sender, params.to_account, key)
    if found is None:
        raise IMError(ErrorCode.ERR_SVR_MSG_REVOKE_NOT_FOUND)
    revoke_message(sender, RevokeMessageParams(params.to_account, found.msg_id))
    return Answer()


def _admin_set_msg_read(call: Call, params: SetMsgRead) -> Answer:
    _check_two(call, params.report_account, params.peer_account)
    time = int(params.msg_read_time) or call.now.unix_ms // 1000
    reader = call.acting_for(params.report_account)
    read_until(reader, params.peer_account, (time + 1) * 1000)
    return Answer()


def _get_c2c_unread_msg_num(call: Call, params: GetUnreadMsgNum) -> UnreadMsgNums:
    owner = params.to_account
    if not call.is_registered(owner):
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_TO_ACCOUNT, "There is no such To_Account.")
    peers = dict.fromkeys(params.peer_account)
    if len(peers) > PEERS_MAX:
        raise IMError(
            ErrorCode.ERR_SVR_MSG_JSON_PARSE_FAILED, f"Peer_Account: at most {PEERS_MAX} a call."
        )
    account = call.acting_for(owner)
    if not peers:
        return UnreadMsgNums(all_unread(account))
    known = [peer for peer in peers if call.is_registered(peer)]
    unknown = [peer for peer in peers if not call.is_registered(peer)]
    return UnreadMsgNums(
        None,
        [UnreadMsgNum(peer, unread_of(account, peer)) for peer in known],
        tuple(PeerError(peer, ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND) for peer in unknown),
    )


def _check_two(call: Call, first: str, second: str) -> None:
    """Check the two members of a conversation; the admin acts for the first."""
    if not call.is_registered(first):
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_FROM_ACCOUNT)
    if not call.is_registered(second) or second == first:
        raise IMError(
            ErrorCode.ERR_SVR_MSG_INVALID_TO_ACCOUNT, "The other account is unknown, or the same."
        )


_FIELDS: Final = {
    "From_Account": ErrorCode.ERR_SVR_MSG_INVALID_FROM_ACCOUNT,
    "Operator_Account": ErrorCode.ERR_SVR_MSG_INVALID_FROM_ACCOUNT,
    "Report_Account": ErrorCode.ERR_SVR_MSG_INVALID_FROM_ACCOUNT,
    "To_Account": ErrorCode.ERR_SVR_MSG_INVALID_TO_ACCOUNT,
    "Peer_Account": ErrorCode.ERR_SVR_MSG_INVALID_TO_ACCOUNT,
}

COMMANDS: Final = (
    Command(
        OPENIM,
        "admin_getroammsg",
        "Return the messages between two accounts.",
        GetRoamMsg,
        RoamMsgs,
        _admin_getroammsg,
        _FIELDS,
    ),
    Command(
        OPENIM,
        "admin_msgwithdraw",
        "Recall a message, however old it is.",
        MsgWithdraw,
        Answer,
        _admin_msgwithdraw,
        _FIELDS,
    ),
    Command(
        OPENIM,
        "admin_set_msg_read",
        "Mark the messages of a conversation as read.",
        SetMsgRead,
        Answer,
        _admin_set_msg_read,
        _FIELDS,
    ),
    Command(
        OPENIM,
        "get_c2c_unread_msg_num",
        "Count the unread messages of an account.",
        GetUnreadMsgNum,
        UnreadMsgNums,
        _get_c2c_unread_msg_num,
        _FIELDS,
        role=Role.READ,
    ),
)
