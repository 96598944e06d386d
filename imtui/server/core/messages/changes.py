"""Changes of messages and conversations."""

from msgspec import Struct

from imtui.protocol import chat
from imtui.protocol.chat import Message
from imtui.protocol.status import Platform
from imtui.server.core.archive import StoredMessage
from imtui.server.core.change import Change
from imtui.server.core.messages.conversation import Conversation, Member


class ConversationCreated(Change, frozen=True, gc=False):
    """A conversation was created."""

    conversation: Conversation
    """As it is now, with its first members."""


class MemberJoined(Change, frozen=True, gc=False):
    """A new account became a member of a conversation that its user ID was in before."""

    member: Member
    """As it is now."""


class Hidden(Struct, frozen=True, gc=False):
    """A message that a member hid."""

    seq: int
    own_version: int
    """The member's own version at which they hid it."""


class MessageSent(Change, frozen=True, gc=False):
    """A message was sent."""

    message: Message
    """With the conversation's own seq and version; members may see others."""
    stored: StoredMessage | None
    """The stored message; None for an online-only message."""
    conversation: Conversation | None
    """As it is now, with the members who changed; None for an online-only message."""
    session_id: int
    """The session that sent it, which is not notified; 0 if an admin did."""
    to_sender: bool = True
    """Whether the sender's devices are notified."""
    to_receiver: bool = True
    """Whether the receiver's devices are notified."""
    hidden_from: str = ""
    """The member who does not get it; empty if both get it."""
    own_version: int = 0
    """The own version at which it is hidden from that member."""
    is_after_callback_forbidden: bool = False
    platform: Platform | None = None
    """The platform of the sending device; None for an admin."""
    by_admin: bool = False
    unread: int = 0
    """The receiver's unread messages in all conversations."""


class MessageRevoked(Change, frozen=True, gc=False):
    """A sender revoked a message, which erases it for all members."""

    message: Message
    """As it is now, with the conversation's own seq and version."""
    stored: StoredMessage
    conversation: Conversation
    """As it is now, with the receiver if they changed."""
    unread: int
    """The receiver's unread messages in all conversations."""
    hidden: dict[str, int]
    """The members who do not see it: the own version at which each hid it (or 0), by user ID."""


class MessagesHidden(Change, frozen=True, gc=False):
    """A member hid messages."""

    user_id: str
    conversation: int
    """Its key."""
    account: int
    """The key of the member's account."""
    hidden: tuple[Hidden, ...]
    shown: tuple[Message, ...]
    """The same messages as the member sees them."""


class ConversationCleared(Change, frozen=True, gc=False):
    """A member cleared a conversation for themselves."""

    conversation: int
    """Its key."""
    account: int
    """The key of the member's account."""
    cleared_seq: int


class ConversationChanged(Change, frozen=True, gc=False):
    """A conversation changed in a way that only one member sees."""

    user_id: str
    shown: chat.Conversation | None
    """The conversation as the member sees it; None if none of their devices is logged in."""
    member: Member
    """As it is now."""


class ConversationRead(Change, frozen=True, gc=False):
    """A member read a conversation."""

    user_id: str
    """The other member, who is notified."""
    reader: str
    conversation: int
    """Its key."""
    read_seq: int
    at: int
    """In Unix milliseconds."""
    unread: int
    """The reader's unread messages in all conversations."""
