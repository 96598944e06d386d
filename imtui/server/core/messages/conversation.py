"""Conversations in memory: their state for all members, and for each of them."""

from collections.abc import Iterable, Sequence
from enum import IntEnum

from msgspec import Struct, field

from imtui.protocol.chat import ReceiveOpt
from imtui.server.core.archive import View
from imtui.server.core.messages.order import ConversationOrders, Place


class ConversationKind(IntEnum):
    """The kind of a conversation."""

    C2C = 1
    """Between two users."""


class Member(Struct):
    """The state of a conversation for one account."""

    conversation: int
    """The key of the conversation."""
    account: int
    """The key of the account; one user ID may have had several accounts."""
    user_id: str
    joined_seq: int = 0
    """The conversation's last seq when the member joined; they see nothing at or below it."""
    joined_version: int = 0
    read_seq: int = 0
    read_at: int = 0
    """When the member last read it, in Unix milliseconds."""
    cleared_seq: int = 0
    """The member has cleared everything at or below it."""
    own_version: int = 0
    """Counts changes that only this member sees: hiding, clearing, reading, pinning, muting."""
    is_pinned: bool = False
    recv_opt: ReceiveOpt = ReceiveOpt.RECEIVE
    uncounted: int = 0
    """How many counted messages are not unread for the member: read, sent, hidden or erased."""
    unlisted_seq: int = 0
    """Messages at or below it no longer put the conversation into the list."""
    listed_seq: int = 0
    """The newest message up to ``listed_until`` that puts it into the list; 0 for none."""
    listed_until: int = 0
    """After this seq, the conversation's own ``listed_seq`` counts."""
    has_left: bool = False
    """The account is deleted."""

    @property
    def floor(self) -> int:
        """Return the seq at and below which the member sees nothing."""
        return max(self.joined_seq, self.cleared_seq)

    @property
    def view(self) -> View:
        """Return the part of the conversation that the member sees."""
        return View(self.conversation, self.account, self.floor)

    @property
    def wants_pushes(self) -> bool:
        """Tell whether the member is notified of new messages."""
        return self.recv_opt is not ReceiveOpt.NOT_RECEIVE

    def shown_seq(self, seq: int) -> int:
        """Return a seq as the member sees it, counted from when they joined."""
        return max(0, seq - self.joined_seq)

    def shown_version(self, version: int) -> int:
        """Return a version as the member sees it, counted from when they joined."""
        return max(0, version - self.joined_version)

    def next_own_version(self) -> int:
        """Raise the own version, and return it."""
        self.own_version += 1
        return self.own_version


class Conversation(Struct):
    """The state of a conversation for all its members."""

    key: int
    kind: ConversationKind = ConversationKind.C2C
    last_seq: int = 0
    version: int = 0
    """Counts changes that all members see: new and revoked messages."""
    counted: int = 0
    """How many messages were ever sent that can count as unread."""
    last_timestamp: int = 0
    """The timestamp of the last message, in Unix milliseconds."""
    listed_seq: int = 0
    """The newest message that can be the last one of the conversation."""
    members: list[Member] = field(default_factory=list)
    has_rejoined: bool = False
    """Whether a member counts seqs and versions from when they joined."""

    def find_member(self, user_id: str) -> Member | None:
        """Return the present member with a user ID, if there is one."""
        for member in self.members:
            if member.user_id == user_id and not member.has_left:
                return member
        return None

    def member(self, user_id: str) -> Member:
        """Return the present member with a user ID, who has to exist."""
        member = self.find_member(user_id)
        if member is None:
            raise KeyError(user_id)
        return member

    def peer_of(self, user_id: str) -> str:
        """Return the other member's user ID."""
        for member in self.members:
            if member.user_id != user_id:
                return member.user_id
        raise KeyError(user_id)

    def user_of(self, account: int) -> str:
        """Return the user ID of the account with a key."""
        for member in self.members:
            if member.account == account:
                return member.user_id
        raise KeyError(account)

    def next_version(self) -> int:
        """Raise the version, and return it."""
        self.version += 1
        return self.version

    def unread(self, member: Member) -> int:
        """Return how many unread messages a member has."""
        return self.counted - member.uncounted

    def newest(self, member: Member) -> int:
        """Return the newest seq that puts it into a member's list; 0 if there is none."""
        return self.listed_seq if self.listed_seq > member.listed_until else member.listed_seq

    def is_listed(self, member: Member) -> bool:
        """Tell whether it is in a member's list."""
        return bool(self.newest(member) or member.is_pinned or member.recv_opt)

    def set_newest(self, member: Member, seq: int) -> None:
        """Set the newest message for a member, 0 for none, until another message comes."""
        member.listed_seq, member.listed_until = seq, self.listed_seq

    def order_key(self, member: Member) -> int:
        """Return when it was last active for a member, in Unix milliseconds; 0 for never."""
        return self.last_timestamp if self.last_seq > member.joined_seq else 0

    def read_by_others(self, member: Member) -> int:
        """Return the seq up to which the other member has read; 0 for nothing since they joined."""
        return max(
            (
                one.read_seq
                for one in self.members
                if one.user_id != member.user_id and one.read_seq > one.joined_seq
            ),
            default=0,
        )


class Conversations:
    """All conversations, by present members and by key."""

    def __init__(self, next_key: int) -> None:
        """Start empty; ``next_key`` is the first key that no conversation has had."""
        self._of: dict[str, dict[str, Conversation]] = {}
        self._by_key: dict[int, Conversation] = {}
        self._next_key = next_key
        self._orders = ConversationOrders()
        self._unread: dict[str, int] = {}
        """The unread messages of each account in all its conversations, if it has any."""
        self.read_before_block: dict[tuple[int, str], int] = {}
        """Up to which seq a member had read, before what they read was hidden from the other one,
        by conversation and member; only if they have read more since."""

    def get(self, user_id: str, peer: str) -> Conversation | None:
        """Return the conversation of an account with a user, if the account is a member of one."""
        return self._of.get(user_id, {}).get(peer)

    def peers(self, user_id: str) -> Iterable[str]:
        """Return the users with whom an account has a conversation, listed or not."""
        return self._of.get(user_id, {}).keys()

    def by_key(self, key: int) -> Conversation:
        """Return the conversation with a key."""
        return self._by_key[key]

    def from_key(self, key: int, count: int) -> list[Conversation]:
        """Return the conversations with this key and the next ones, at most ``count``."""
        keys = range(key, min(key + count, self._next_key))
        return [self._by_key[one] for one in keys if one in self._by_key]

    def places(self, user_id: str) -> Sequence[Place]:
        """Return the places of the conversations in an account's list, in order."""
        return self._orders.places(user_id, self._of.get(user_id, ()), self._place_of)

    def changed(self, conversation: Conversation) -> None:
        """Note that the place of a conversation in its members' lists may have changed."""
        for member in conversation.members:
            if not member.has_left:
                self._orders.changed(member.user_id, conversation.peer_of(member.user_id))

    def new(self) -> Conversation:
        """Return a new conversation without members."""
        conversation = Conversation(self._next_key)
        self._next_key += 1
        return self.add(conversation)

    def add(self, conversation: Conversation) -> Conversation:
        """Add a conversation, and return it."""
        self._by_key[conversation.key] = conversation
        return conversation

    def add_member(self, conversation: Conversation, member: Member, peer: str) -> None:
        """Add a member, whose peer in the conversation is ``peer``."""
        conversation.members.append(member)
        conversation.has_rejoined |= member.joined_seq > 0
        if not member.has_left:
            self._of.setdefault(member.user_id, {})[peer] = conversation
            self._orders.changed(member.user_id, peer)
            self._count(member.user_id, conversation.unread(member))

    def leave(self, user_id: str) -> None:
        """Let a deleted account leave all its conversations."""
        for conversation in self._of.pop(user_id, {}).values():
            conversation.member(user_id).has_left = True
        self._unread.pop(user_id, None)
        self._orders.forget(user_id)

    def unread_of(self, user_id: str) -> int:
        """Return how many unread messages an account has in all its conversations."""
        return self._unread.get(user_id, 0)

    def set_unread(self, conversation: Conversation, member: Member, unread: int) -> None:
        """Set how many unread messages a member has."""
        self._count(member.user_id, unread - conversation.unread(member))
        member.uncounted = conversation.counted - unread

    def count_sent(self, conversation: Conversation, unread_by: str) -> None:
        """Count a new message, which is unread for one user, or for nobody if that is empty."""
        conversation.counted += 1
        for member in conversation.members:
            if member.has_left:
                continue
            if member.user_id == unread_by:
                self._unread[unread_by] = self._unread.get(unread_by, 0) + 1
            else:
                member.uncounted += 1

    def _place_of(self, user_id: str, peer: str) -> Place | None:
        conversation = self.get(user_id, peer)
        if conversation is None:
            return None
        member = conversation.member(user_id)
        if not conversation.is_listed(member):
            return None
        return not member.is_pinned, -conversation.order_key(member), peer

    def _count(self, user_id: str, more: int) -> None:
        if more:
            left = self._unread.get(user_id, 0) + more
            if left:
                self._unread[user_id] = left
            else:
                self._unread.pop(user_id, None)
