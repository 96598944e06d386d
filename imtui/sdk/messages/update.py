"""The outcome of an event: what to store, and what to notify listeners of."""

from msgspec import Struct, field

from imtui.protocol.chat import Message, ReadReceipt
from imtui.sdk.conversation_info import ConversationInfo
from imtui.sdk.messages.known import Known


class Update(Struct):
    """What to store and what to notify listeners of, after an event."""

    sent: list[Message] = field(default_factory=list)
    """Notify: messages of this device that the backend is now known to have accepted."""
    received: list[Message] = field(default_factory=list)
    """Notify: new messages that this device did not make."""
    changed: list[Message] = field(default_factory=list)
    """Notify: messages that are not new and differ from before."""
    receipts: list[ReadReceipt] = field(default_factory=list)
    """Notify: how far other members have read."""
    conversations: dict[str, ConversationInfo] = field(default_factory=dict)
    """Notify: conversations that differ from before in more than their version, by user."""
    forgotten: list[str] = field(default_factory=list)
    """Store: nothing is left of the messages with these users."""
    cleared: list[tuple[str, int]] = field(default_factory=list)
    """Store: nothing is left of the messages with a user up to a seq."""
    messages: list[Message] = field(default_factory=list)
    """Store: messages, unless a newer version is stored."""
    held: list[tuple[str, int, int]] = field(default_factory=list)
    """Store: all messages with a user from one seq to another are in ``messages``."""
    known: dict[str, Known] = field(default_factory=dict)
    """Store: conversations, by user."""
