"""What the wire says of messages and conversations.

Names are those of the field: a conversation of two is ``c2c_<userID>``, seen from either side.
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
    """What a message is."""

    TEXT = 1
    CUSTOM = 2
    IMAGE = 3
    """This kind and those after it come from the REST API; ``text`` says in words what they are."""
    SOUND = 4
    VIDEO = 5
    FILE = 6
    LOCATION = 7
    FACE = 8


class MessageStatus(IntEnum):
    """What became of a message."""

    SENDING = 1
    """Only on the sender's own device: not acknowledged yet."""
    SEND_SUCC = 2
    SEND_FAIL = 3
    """Only on the sender's own device: refused."""
    HAS_DELETED = 4
    """Deleted by whoever looks at it; nothing of it is left for them."""
    LOCAL_REVOKED = 6
    """Recalled by its sender; nothing of it is left for anybody."""


class ReceiveOpt(IntEnum):
    """How messages of a conversation are received."""

    RECEIVE = 0
    NOT_RECEIVE = 1
    """Kept, but not pushed to connected devices."""
    RECEIVE_NOT_NOTIFY = 2
    """Received, but not notified and not in the total unread count: muted."""


class _Message(Struct, frozen=True, rename=wire_name):
    pass


class Message(_Message, frozen=True, omit_defaults=True):
    """A message of a conversation of two."""

    msg_id: str
    """Made by the sender's device; together with the sender it names the message."""
    sender: str
    receiver: str
    timestamp: int = 0
    """When the backend took it, in Unix milliseconds; it never goes back in a conversation."""
    seq: int = 0
    """Its place in the conversation, counted from 1 without a gap; 0 for online-only messages."""
    version: int = 0
    """The conversation's version at which the message last changed."""
    elem_type: ElemType = ElemType.TEXT
    text: str = ""
    data: bytes = b""
    """The payload of a custom message; Base64 in JSON."""
    cloud_custom_data: str = ""
    """What the sender's app adds, such as the message that is replied to, as JSON."""
    status: MessageStatus = MessageStatus.SEND_SUCC
    online_user_only: bool = False
    """Neither stored nor counted: a typing hint."""
    msg_body: str = ""
    """Its elements as the REST API was given them, in JSON, if text or data do not say it all."""
    is_excluded_from_unread_count: bool = False
    is_excluded_from_last_message: bool = False
    own_version: int = 0
    """The viewer's own version at which they hid the message; 0 unless its status is 4."""

    def peer(self, user_id: str) -> str:
        """Return with whom the conversation is, as seen by one of the two."""
        return self.receiver if self.sender == user_id else self.sender

    @property
    def size(self) -> int:
        """Return how many bytes of the limit it takes."""
        return size_of(self.text, self.data, self.cloud_custom_data)


def size_of(text: str, data: bytes, cloud_custom_data: str) -> int:
    """Return how many bytes of the limit the contents of a message take."""
    texts = (
        text.encode("utf-8", "surrogatepass"),
        cloud_custom_data.encode("utf-8", "surrogatepass"),
    )
    return len(data) + sum(map(len, texts))


def check_contents(elem_type: ElemType, text: str, data: bytes, cloud_custom_data: str) -> None:
    """Check what a message holds.

    Raises:
        IMError: 6017 for a message without contents, with contents of the other kind, with NUL
            or lone surrogates; 8001 for more than 12 KB.
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
    """Return the user that a conversation is with.

    Raises:
        IMError: 6017 if there can be no such conversation.
    """
    if not conversation_id.startswith(_C2C):
        raise invalid_parameters("conversationID", "c2c_ and a user ID")
    return check_user_id(conversation_id.removeprefix(_C2C), "conversationID")


class Conversation(_Message, frozen=True, omit_defaults=True):
    """A conversation as one of the two sees it."""

    conversation_id: str
    version: int = 0
    """Counts what all members see: one for each new message and each recall."""
    last_message: Message | None = None
    """The newest that is not deleted."""
    unread_count: int = 0
    read_seq: int = 0
    """All up to this one were read by oneself."""
    peer_read_seq: int = 0
    """All up to this one were read by the other."""
    is_pinned: bool = False
    recv_opt: ReceiveOpt = ReceiveOpt.RECEIVE
    order_key: int = 0
    """Conversations are ordered by it, the greatest first, after those that are pinned."""
    own_version: int = 0
    """Counts what this member alone sees.

    One for each message hidden from them, and for each of their reads, pins, receive options and
    deletions of the conversation.
    """
    cleared_seq: int = 0
    """This member sees nothing at or below it."""

    @property
    def user_id(self) -> str:
        """Return with whom it is."""
        return self.conversation_id.removeprefix(_C2C)


class SendMessageParams(_Message, frozen=True, omit_defaults=True):
    """The parameters of ``sendMessage``."""

    user_id: str
    """To whom."""
    msg_id: str
    """1 to 64 of ``A-Z a-z 0-9 _ -``; the same one again makes no second message."""
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
    """Only those before this one; the newest if absent."""


class GetChangedMessagesParams(_Message, frozen=True):
    """The parameters of ``getChangedMessages``."""

    user_id: str
    since_version: int = 0
    count: int = 100
    """1 to 100."""
    since_own_version: int | None = None
    """Ask also for what this member hid after it; None for what changed for all members alone."""


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
    """The same for ``since_own_version``."""


class MessageList(_Message, frozen=True):
    """An answer with messages, and what pushes tell of messages."""

    message_list: list[Message]
    is_finished: bool = True
    """Whether there is nothing beyond."""


class RevokeMessageParams(_Message, frozen=True):
    """The parameters of ``revokeMessage``: one's own message to a user."""

    user_id: str
    msg_id: str


class DeleteMessagesParams(_Message, frozen=True):
    """The parameters of ``deleteMessages``: gone for oneself, on all devices."""

    user_id: str
    seq_list: list[int]
    """1 to 50."""


class CleanUnreadParams(_Message, frozen=True):
    """The parameters of ``cleanConversationUnreadMessageCount``."""

    conversation_id: str
    clean_sequence: int = 0
    """Read up to this one; 0 for all."""


class GetConversationListParams(_Message, frozen=True):
    """The parameters of ``getConversationList``: a page, after the one that named ``cursor``."""

    cursor: str = ""
    count: int = 100
    """1 to 100."""


class ConversationList(_Message, frozen=True):
    """The answer to ``getConversationList``, and what ``onConversationChanged`` tells."""

    conversation_list: list[Conversation]
    next_cursor: str | None = None
    """Ask for the next page with it; null on the last one."""


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
    """The parameters of ``deleteConversation``: with its messages, for oneself."""

    conversation_id: str


class ReadReceipt(_Message, frozen=True):
    """That the other one has read."""

    user_id: str
    """Who has read."""
    read_seq: int
    """All up to this one."""
    timestamp: int
    """When, in Unix milliseconds."""


class ReadReceiptList(_Message, frozen=True):
    """What ``onRecvC2CReadReceipt`` tells."""

    receipt_list: list[ReadReceipt]
