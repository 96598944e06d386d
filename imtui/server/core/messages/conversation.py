"""What is kept in memory of a conversation: where it stands, for both of the two."""

from collections.abc import ItemsView

from msgspec import Struct, field

from imtui.protocol.chat import ReceiveOpt
from imtui.server.core.messages.archive import sides


class Side(Struct):
    """A conversation as one of the two left it."""

    read_seq: int = 0
    read_at: int = 0
    """When it was last read, in Unix milliseconds."""
    is_pinned: bool = False
    recv_opt: ReceiveOpt = ReceiveOpt.RECEIVE
    unread: int = 0
    newest: int = 0
    """The place of the newest message by which it is in the list; 0 if there is none."""
    unlisted_seq: int = 0
    """Messages up to this one no longer put it into the list, though they are there."""

    @property
    def is_listed(self) -> bool:
        """Tell whether the conversation is in the list of this one of the two."""
        return bool(self.newest or self.is_pinned or self.recv_opt)

    @property
    def wants_pushes(self) -> bool:
        """Tell whether this one of the two is told of new messages."""
        return self.recv_opt is not ReceiveOpt.NOT_RECEIVE


class Conversation(Struct):
    """Where a conversation of two stands."""

    low: str
    high: str
    last_seq: int = 0
    version: int = 0
    last_timestamp: int = 0
    """That of the last message, in Unix milliseconds."""
    low_side: Side = field(default_factory=Side)
    high_side: Side = field(default_factory=Side)

    def side(self, user_id: str) -> Side:
        """Return what one of the two has of it."""
        return self.low_side if user_id == self.low else self.high_side

    def peer(self, user_id: str) -> str:
        """Return the other one of the two."""
        return self.high if user_id == self.low else self.low

    def next_version(self) -> int:
        """Raise the version, and return it."""
        self.version += 1
        return self.version


class Conversations:
    """All conversations, to be found from both sides."""

    def __init__(self) -> None:
        """Start with none."""
        self._of: dict[str, dict[str, Conversation]] = {}

    def get(self, one: str, other: str) -> Conversation | None:
        """Return the conversation of two, if they have one."""
        return self._of.get(one, {}).get(other)

    def make(self, one: str, other: str) -> Conversation:
        """Return the conversation of two, made if they have none yet."""
        found = self.get(one, other)
        return found or self.add(Conversation(*sides(one, other)))

    def add(self, conversation: Conversation) -> Conversation:
        """Add the first conversation of two, and return it."""
        low, high = conversation.low, conversation.high
        self._of.setdefault(low, {})[high] = conversation
        self._of.setdefault(high, {})[low] = conversation
        return conversation

    def of(self, user_id: str) -> ItemsView[str, Conversation]:
        """Return the conversations of a user, each with whom it is."""
        return self._of.get(user_id, {}).items()
