"""Changes of messages and conversations."""

from imtui.protocol import chat
from imtui.protocol.chat import Message
from imtui.protocol.status import Platform
from imtui.server.core.archive import StoredMessage
from imtui.server.core.change import Change
from imtui.server.core.messages.conversation import Conversation, Member


class ConversationCreated(Change, frozen=True, gc=False):
    """A conversation is new."""

    conversation: Conversation
    """As it is now, with its first members."""


class MemberJoined(Change, frozen=True, gc=False):
    """An account became a member of a conversation that its user ID was in before."""

    member: Member
    """As it is now."""


class Hidden(Change, frozen=True, gc=False):
    """A message that a member does not see."""

    seq: int
    own_version: int
    """The member's own version at which they hid it."""


class MessageSent(Change, frozen=True, gc=False):
    """A message is new."""

    message: Message
    """With the conversation's own seq and version, which a member may be told otherwise."""
    stored: StoredMessage | None
    """As it is stored; None for an online-only message."""
    conversation: Conversation | None
    """As it is now, with the members who changed; None for an online-only message."""
    session_id: int
    """The session that sent it, which is not notified; 0 if an admin did."""
    to_sender: bool = True
    """Whether the sender's devices are notified."""
    to_receiver: bool = True
    """Whether the receiver's devices are notified."""
    hidden_from: str = ""
    """Which of the two does not get it; empty if both do."""
    own_version: int = 0
    """The own version of the one from whom it is hidden."""
    is_after_callback_forbidden: bool = False
    platform: Platform | None = None
    """The platform of the sending device; None for an admin."""
    by_admin: bool = False
    unread: int = 0
    """How many messages the receiver has not read, in all conversations."""


class MessageRevoked(Change, frozen=True, gc=False):
    """The sender of a message took it back."""

    message: Message
    """As it is now, with the conversation's own seq and version."""
    stored: StoredMessage
    conversation: Conversation
    """As it is now, with the receiver if they changed."""
    unread: int
    """How many messages the receiver has not read, in all conversations."""
    hidden: dict[str, int]
    """By user ID, of those who do not see it: the own version at which they hid it, or 0."""


class MessagesHidden(Change, frozen=True, gc=False):
    """A member deleted messages for themselves."""

    user_id: str
    conversation: int
    """Its key."""
    account: int
    """The key of the member's account."""
    hidden: tuple[Hidden, ...]
    shown: tuple[Message, ...]
    """The same messages as the member is told of them."""


class ConversationCleared(Change, frozen=True, gc=False):
    """A member deleted everything in a conversation for themselves."""

    conversation: int
    """Its key."""
    account: int
    """The key of the member's account."""
    cleared_seq: int


class ConversationChanged(Change, frozen=True, gc=False):
    """A conversation changed for one member, other than by a change that all members see."""

    user_id: str
    shown: chat.Conversation
    """As the member is told of it."""
    member: Member
    """As it is now."""


class ConversationRead(Change, frozen=True, gc=False):
    """A member has read what the other one wrote."""

    user_id: str
    """The other one, who is notified."""
    reader: str
    conversation: int
    """Its key."""
    read_seq: int
    at: int
    """In Unix milliseconds."""
    unread: int
    """How many messages the reader has not read, in all conversations."""
