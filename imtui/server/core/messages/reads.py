"""Functions with which the REST API reads what is kept of an account's conversations."""

from msgspec import Struct

from imtui.protocol.chat import ReceiveOpt
from imtui.server.core.context import Context
from imtui.server.core.messages.conversation import Conversations


class KeptConversation(Struct, frozen=True):
    """A conversation as it is kept for one of its members."""

    peer: str
    read_seq: int
    """Up to which message the member has read, counted from when they joined."""
    read_at: int
    """When they last read it, in Unix milliseconds; 0 for never."""
    cleared_seq: int
    """They have cleared everything at or below it."""
    is_pinned: bool
    recv_opt: ReceiveOpt
    unread: int


def peers(context: Context) -> list[str]:
    """Return the users with whom the caller has a conversation, listed or not, sorted."""
    return sorted(context.state[Conversations].peers(context.user_id))


def get_kept(context: Context, peer: str) -> KeptConversation:
    """Return the caller's conversation with one of ``peers``."""
    conversation = context.state[Conversations].get(context.user_id, peer)
    assert conversation is not None
    member = conversation.member(context.user_id)
    return KeptConversation(
        peer,
        member.shown_seq(member.read_seq),
        member.read_at,
        member.shown_seq(member.cleared_seq),
        member.is_pinned,
        member.recv_opt,
        conversation.unread(member),
    )
