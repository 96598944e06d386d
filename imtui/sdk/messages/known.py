"""How much a device knows of a conversation."""

from msgspec import Struct

from imtui.protocol.chat import Conversation, Message, MessageStatus
from imtui.sdk.conversation_info import ConversationInfo


class Known(Struct):
    """A conversation, and up to where its changes are known.

    Fields with a default may be missing in a cache that an earlier version of the SDK wrote.
    """

    info: ConversationInfo
    complete: int = 0
    """The version up to which all changes for all members were applied."""
    top: int = 0
    """The seq of the newest message that was applied or cleared."""
    heard: int = 0
    """The newest version that any push or answer mentioned."""
    own_complete: int = 0
    """The own version up to which all changes for this member alone were applied."""
    own_heard: int = 0
    """The newest own version that any push or answer mentioned."""
    own_version: int = 0
    """The own version at which ``info`` is exact."""

    @property
    def newest(self) -> int:
        """Return the seq of the newest known message, applied or not."""
        last = self.info.last_message
        return max(self.top, 0 if last is None else last.seq)

    @property
    def is_behind(self) -> bool:
        """Return whether there are changes that were not applied."""
        return self.heard > self.complete or self.own_heard > self.own_complete

    def is_ahead_of(self, conversation: Conversation) -> bool:
        """Return whether changes were applied that the backend's conversation does not count."""
        return (
            conversation.version < self.complete
            or conversation.own_version < self.own_complete
            or conversation.cleared_seq < self.info.cleared_seq
        )

    def restarted(self, conversation: Conversation) -> "Known":
        """Return what remains after the backend has lost the conversation and started again."""
        info, last = self.info, conversation.last_message
        return Known(
            ConversationInfo(info.conversation_id, info.user_id, draft_text=info.draft_text),
            conversation.version,
            0 if last is None else last.seq,
            own_complete=conversation.own_version,
        )

    def hear(self, version: int, own_version: int) -> None:
        """Note that there are changes up to these versions."""
        self.heard = max(self.heard, version)
        self.own_heard = max(self.own_heard, own_version)

    def has_applied(self, message: Message) -> bool:
        """Return whether this version of a message was applied before."""
        return message.version <= self.complete and hidden_at(message) <= self.own_complete

    def is_next(self, message: Message) -> bool:
        """Return whether a message is the next change, with none missing before it."""
        return (
            not self.has_applied(message)
            and message.version <= self.complete + 1
            and hidden_at(message) <= self.own_complete + 1
        )

    def apply(self, message: Message) -> None:
        """Count this version of a message as applied."""
        own_version = hidden_at(message)
        if self.own_version == self.own_complete:
            self.own_version = max(self.own_version, own_version)
        self.complete = max(self.complete, message.version)
        self.own_complete = max(self.own_complete, own_version)


def hidden_at(message: Message) -> int:
    """Return the own version at which this member hid a message; 0 if it is not hidden."""
    return message.own_version if message.status is MessageStatus.HAS_DELETED else 0
