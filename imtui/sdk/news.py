"""What is known of a conversation, and what comes of an event: to be kept, and to be told."""

from dataclasses import dataclass, field

from msgspec import Struct

from imtui.protocol.chat import Conversation, Message, ReadReceipt, ReceiveOpt


class ConversationInfo(Struct, frozen=True):
    """A conversation as this device knows it."""

    conversation_id: str
    user_id: str
    """With whom it is."""
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
    """When it was last active, in Unix milliseconds."""
    draft_text: str = ""
    """What was written here and not sent; on this device only."""
    version: int = 0

    @property
    def is_listed(self) -> bool:
        """Tell whether there is anything to it, so that it belongs into the list."""
        return bool(
            self.last_message is not None or self.is_pinned or self.recv_opt or self.draft_text
        )

    @property
    def notified_unread(self) -> int:
        """Return what it adds to the total unread count: nothing if it is muted."""
        return self.unread_count if self.recv_opt == ReceiveOpt.RECEIVE else 0

    def merged(self, conversation: Conversation) -> "ConversationInfo":
        """Return what the backend says, with what only this device knows."""
        newer = conversation.version >= self.version
        return ConversationInfo(
            self.conversation_id,
            self.user_id,
            last_message=conversation.last_message if newer else self.last_message,
            unread_count=conversation.unread_count,
            read_seq=max(conversation.read_seq, self.read_seq),
            peer_read_seq=max(conversation.peer_read_seq, self.peer_read_seq),
            is_pinned=conversation.is_pinned,
            recv_opt=conversation.recv_opt,
            order_key=conversation.order_key if newer else self.order_key,
            draft_text=self.draft_text,
            version=max(conversation.version, self.version),
        )


class Known(Struct):
    """A conversation with how much of it is known."""

    info: ConversationInfo
    complete: int = 0
    """All changes up to this version were applied."""
    top: int = 0
    """The newest message that was applied, by its seq."""
    heard: int = 0
    """The newest version that was heard of."""

    @property
    def is_behind(self) -> bool:
        """Tell whether there are changes that were not applied."""
        return self.heard > self.complete


@dataclass
class News:
    """What came of an event."""

    sent: list[Message] = field(default_factory=list)
    """To be told: made on this device, and now known to be taken by the backend."""
    received: list[Message] = field(default_factory=list)
    """To be told: new ones made elsewhere."""
    changed: list[Message] = field(default_factory=list)
    """To be told: recalled or deleted."""
    receipts: list[ReadReceipt] = field(default_factory=list)
    """To be told: the other one has read."""
    conversations: dict[str, ConversationInfo] = field(default_factory=dict)
    """To be told, by user: they differ from before in more than their version."""
    forgotten: list[str] = field(default_factory=list)
    """To be kept: with these users nothing is left of what was before."""
    messages: list[Message] = field(default_factory=list)
    """To be kept, unless a newer version is kept already."""
    held: list[tuple[str, int, int]] = field(default_factory=list)
    """To be kept: of these users, all messages from one seq to another are in ``messages``."""
    known: dict[str, Known] = field(default_factory=dict)
    """To be kept, by user."""
