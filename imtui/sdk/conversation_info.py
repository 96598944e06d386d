"""A conversation as a device knows it."""

from msgspec import Struct

from imtui.protocol.chat import Message, ReceiveOpt


class ConversationInfo(Struct, frozen=True):
    """A conversation as this device knows it."""

    conversation_id: str
    user_id: str
    """The other member."""
    last_message: Message | None = None
    """The newest message that is not deleted."""
    unread_count: int = 0
    read_seq: int = 0
    """The seq up to which the account has read."""
    peer_read_seq: int = 0
    """The seq up to which the other member has read."""
    is_pinned: bool = False
    recv_opt: ReceiveOpt = ReceiveOpt.RECEIVE
    order_key: int = 0
    """When it was last active, in Unix milliseconds."""
    draft_text: str = ""
    """The unsent text; on this device only."""
    version: int = 0
    cleared_seq: int = 0
    """Nothing is left up to this seq; an app removes such messages from the screen."""

    @property
    def is_listed(self) -> bool:
        """Return whether the conversation belongs in the list."""
        return bool(
            self.last_message is not None or self.is_pinned or self.recv_opt or self.draft_text
        )

    @property
    def notified_unread(self) -> int:
        """Return its part of the total unread count: 0 if it is muted."""
        return self.unread_count if self.recv_opt == ReceiveOpt.RECEIVE else 0
