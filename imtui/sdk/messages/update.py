"""What comes of an event: to be kept, and to be told."""

from dataclasses import dataclass, field

from imtui.protocol.chat import Message, ReadReceipt
from imtui.sdk.conversation_info import ConversationInfo
from imtui.sdk.messages.known import Known


@dataclass
class Update:
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
    cleared: list[tuple[str, int]] = field(default_factory=list)
    """To be kept: with these users nothing is left at or below a seq."""
    messages: list[Message] = field(default_factory=list)
    """To be kept, unless a newer version is kept already."""
    held: list[tuple[str, int, int]] = field(default_factory=list)
    """To be kept: of these users, all messages from one seq to another are in ``messages``."""
    known: dict[str, Known] = field(default_factory=dict)
    """To be kept, by user."""
