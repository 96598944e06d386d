"""A conversation as a device knows it."""

from msgspec import Struct

from imtui.protocol.chat import Message, ReceiveOpt


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
    cleared_seq: int = 0
    """Nothing is left at or below it; an app drops what it shows of that."""

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
