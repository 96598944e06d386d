"""Messages and conversations on the wire.

Each of two members sees their conversation as ``c2c_<userID>``, with the other member's ID.
"""

from enum import IntEnum
from typing import Final

from msgspec import Struct

from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.identifiers import check_user_id
from imtui.protocol.limits import MESSAGE_MAX_BYTES
from imtui.protocol.wire_names import wire_name

_C2C: Final = "c2c_"


class ElemType(IntEnum):
    """The kind of a message."""

    TEXT = 1
    CUSTOM = 2
    IMAGE = 3
    """This kind and those below come from the REST API only; ``text`` describes them in words."""
    SOUND = 4
    VIDEO = 5
    FILE = 6
    LOCATION = 7
    FACE = 8


class MessageStatus(IntEnum):
    """The state of a message."""

    SENDING = 1
    """On the sender's own device only: not acknowledged yet."""
    SEND_SUCC = 2
    SEND_FAIL = 3
    """On the sender's own device only: refused."""
    HAS_DELETED = 4
    """Hidden from the viewer, without its contents."""
    LOCAL_REVOKED = 6
    """Recalled by its sender; the contents are erased for all members."""


class ReceiveOpt(IntEnum):
    """How a member receives the messages of a conversation."""

    RECEIVE = 0
    NOT_RECEIVE = 1
    """Stored, but not pushed to connected devices."""
    RECEIVE_NOT_NOTIFY = 2
    """Muted: pushed, but without a notification, and left out of the total unread count."""


class _Message(Struct, frozen=True, rename=wire_name):
    pass


class Message(_Message, frozen=True, omit_defaults=True):
    """A message of a conversation of two."""

    msg_id: str
    """Made by the sender's device; unique among the sender's messages."""
    sender: str
    receiver: str
    timestamp: int = 0
    """When the backend accepted it, in Unix milliseconds; never decreases in a conversation."""
    seq: int = 0
    """Its position in the conversation, from 1 without gaps; 0 for online-only messages."""
    version: int = 0
    """The conversation's version at which the message last changed."""
    elem_type: ElemType = ElemType.TEXT
    text: str = ""
    data: bytes = b""
    """The payload of a custom message; Base64 in JSON."""
    cloud_custom_data: str = ""
    """Data that the sender's app adds, as JSON, such as the message that it replies to."""
    status: MessageStatus = MessageStatus.SEND_SUCC
    online_user_only: bool = False
    """Neither stored nor counted, such as a typing hint."""
    msg_body: str = ""
    """Its elements as the REST API received them, as JSON, if ``text`` and ``data`` lose some."""
    is_excluded_from_unread_count: bool = False
    is_excluded_from_last_message: bool = False
    own_version: int = 0
    """The viewer's own version at which they hid the message; 0 unless its status is 4."""

    def peer(self, user_id: str) -> str:
        """Return the other member of the conversation, as ``user_id`` sees it."""
        return self.receiver if self.sender == user_id else self.sender

    @property
    def size(self) -> int:
        """Return how many bytes count towards the limit."""
        return size_of(self.text, self.data, self.cloud_custom_data)


def size_of(text: str, data: bytes, cloud_custom_data: str) -> int:
    """Return how many bytes of a message's contents count towards the limit."""
    text_size = len(text.encode("utf-8", "surrogatepass"))
    return text_size + len(data) + len(cloud_custom_data.encode("utf-8", "surrogatepass"))


def check_contents(elem_type: ElemType, text: str, data: bytes, cloud_custom_data: str) -> None:
    """Check the contents of a message.

    Raises:
        IMError: 6017 if the contents are missing or of another kind, or have NUL or lone
            surrogates; 8001 for more than 12 KB.
    """
    if elem_type is ElemType.TEXT and (not text.strip() or data):
        raise invalid_parameters("text", "a text message has a text and nothing else")
    if elem_type is ElemType.CUSTOM and (not data or text):
        raise invalid_parameters("data", "a custom message has data and nothing else")
    if elem_type not in (ElemType.TEXT, ElemType.CUSTOM):
        raise invalid_parameters("elemType", "clients send texts and custom messages")
    for field, value in (("text", text), ("cloudCustomData", cloud_custom_data)):
        if "\x00" in value or (not value.isascii() and _has_surrogate(value)):
            raise invalid_parameters(field, "NUL and lone surrogates are not allowed")
    size = size_of(text, data, cloud_custom_data)
    if size > MESSAGE_MAX_BYTES:
        raise IMError(
            ErrorCode.ERR_SDK_MSG_BODY_SIZE_LIMIT,
            f"A message has at most {MESSAGE_MAX_BYTES} bytes, this one {size}.",
        )


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def conversation_id(user_id: str) -> str:
    """Return the ID of the conversation with a user."""
    return _C2C + user_id


def peer_of(conversation_id: str) -> str:
    """Return the other member of a conversation.

    Raises:
        IMError: 6017 if the conversation ID is not valid.
    """
    if not conversation_id.startswith(_C2C):
        raise invalid_parameters("conversationID", "c2c_ and a user ID")
    return check_user_id(conversation_id.removeprefix(_C2C), "conversationID")


class Conversation(_Message, frozen=True, omit_defaults=True):
    """A conversation as one member sees it."""

    conversation_id: str
    version: int = 0
    """Counts what all members see: one for each new message and each recall."""
    last_message: Message | None = None
    """The newest message that this member has not deleted."""
    unread_count: int = 0
    read_seq: int = 0
    """The seq up to which this member has read."""
    peer_read_seq: int = 0
    """The seq up to which the other member has read."""
    is_pinned: bool = False
    recv_opt: ReceiveOpt = ReceiveOpt.RECEIVE
    order_key: int = 0
    """The list is sorted by it, greatest first, after the pinned conversations."""
    own_version: int = 0
    """Counts what this member alone sees.

    One for each message hidden from them, and for each of their reads, pins, receive options and
    deletions of the conversation.
    """
    cleared_seq: int = 0
    """This member sees nothing at or below it."""

    @property
    def user_id(self) -> str:
        """Return the other member."""
        return self.conversation_id.removeprefix(_C2C)


class SendMessageParams(_Message, frozen=True, omit_defaults=True):
    """The parameters of ``sendMessage``."""

    user_id: str
    """The receiver."""
    msg_id: str
    """1 to 64 of ``A-Z a-z 0-9 _ -``; sending the same ID again makes no second message."""
    elem_type: ElemType = ElemType.TEXT
    text: str = ""
    data: bytes = b""
    cloud_custom_data: str = ""
    online_user_only: bool = False


class SentMessage(_Message, frozen=True):
    """The answer to ``sendMessage``."""

    message: Message


class GetHistoryParams(_Message, frozen=True):
    """The parameters of ``getC2CHistoryMessageList``."""

    user_id: str
    count: int = 20
    """1 to 100."""
    before_seq: int | None = None
    """Only messages before this one; None for the newest."""


class GetChangedMessagesParams(_Message, frozen=True):
    """The parameters of ``getChangedMessages``."""

    user_id: str
    since_version: int = 0
    count: int = 100
    """1 to 100."""
    since_own_version: int | None = None
    """Also ask for what this member hid after it; None: only for what changed for all members."""


class ChangedMessages(_Message, frozen=True):
    """The answer to ``getChangedMessages``.

    First come the messages that changed for all members, then those that this member hid. A
    backend from before own versions sends the first two fields only.
    """

    message_list: list[Message]
    is_finished: bool = True
    """Whether this is the last page."""
    cleared_seq: int = 0
    """The member sees nothing at or below it."""
    next_version: int = 0
    """``since_version`` of the next page; after the last one, the version that the client has."""
    next_own_version: int = 0
    """The same for ``since_own_version``; 0 if that was not asked for."""


class MessageList(_Message, frozen=True):
    """A push that holds messages."""

    message_list: list[Message]
    is_finished: bool = True
    """Always true, for clients that read a push like a page."""


class HistoryPage(_Message, frozen=True):
    """The answer to ``getC2CHistoryMessageList``.

    A backend from before ``next_before_seq`` does not send it; its next page begins before the
    last message.
    """

    message_list: list[Message]
    is_finished: bool = True
    """Whether this is the last page."""
    next_before_seq: int = 0
    """``before_seq`` of the next page; 0 after the last one."""


class RevokeMessageParams(_Message, frozen=True):
    """The parameters of ``revokeMessage``."""

    user_id: str
    msg_id: str


class DeleteMessagesParams(_Message, frozen=True):
    """The parameters of ``deleteMessages``."""

    user_id: str
    seq_list: list[int]
    """1 to 50 messages."""


class CleanUnreadParams(_Message, frozen=True):
    """The parameters of ``cleanConversationUnreadMessageCount``."""

    conversation_id: str
    clean_sequence: int = 0
    """The seq up to which messages are read; 0 for all."""


class GetConversationListParams(_Message, frozen=True):
    """The parameters of ``getConversationList``."""

    cursor: str = ""
    """``next_cursor`` of the previous page; empty for the first one."""
    count: int = 100
    """1 to 100."""


class ConversationList(_Message, frozen=True):
    """The answer to ``getConversationList``, and the push ``onConversationChanged``."""

    conversation_list: list[Conversation]
    next_cursor: str | None = None
    """The cursor of the next page; null on the last one."""


class PinConversationParams(_Message, frozen=True):
    """The parameters of ``pinConversation``."""

    conversation_id: str
    is_pinned: bool


class SetReceiveOptParams(_Message, frozen=True):
    """The parameters of ``setC2CReceiveMessageOpt``."""

    user_id_list: list[str]
    """1 to 30."""
    opt: ReceiveOpt


class DeleteConversationParams(_Message, frozen=True):
    """The parameters of ``deleteConversation``."""

    conversation_id: str


class ReadReceipt(_Message, frozen=True):
    """How far the other member has read."""

    user_id: str
    """The other member."""
    read_seq: int
    """The seq up to which they have read."""
    timestamp: int
    """When they read, in Unix milliseconds."""


class ReadReceiptList(_Message, frozen=True):
    """The push ``onRecvC2CReadReceipt``."""

    receipt_list: list[ReadReceipt]
