"""Functions with which the REST API reads conversations, and marks them as read."""

from msgspec import Struct

from imtui.protocol.chat import CleanUnreadParams, conversation_id
from imtui.server.core.context import Context
from imtui.server.core.endpoint import planned
from imtui.server.core.messages import listing
from imtui.server.core.messages.conversation import Conversations


class ConversationSummary(Struct, frozen=True):
    """A conversation of an account."""

    peer: str
    active_at: int
    """When it was last active, in Unix milliseconds; 0 for never."""
    unread: int
    is_pinned: bool
    has_messages: bool
    """Whether a message puts it into the list."""
    is_listed: bool
    """Whether it is in the list, which a pin or a receive option alone can cause."""


def summaries(context: Context) -> list[ConversationSummary]:
    """Return all conversations of the caller."""
    owner = context.user_id
    found = []
    for peer, conversation in context.state[Conversations].of(owner):
        member = conversation.member(owner)
        found.append(
            ConversationSummary(
                peer,
                conversation.order_key(member),
                conversation.unread(member),
                member.is_pinned,
                bool(conversation.newest(member)),
                conversation.is_listed(member),
            )
        )
    return found


def last_active(context: Context, peer: str) -> int | None:
    """Return the time of the last message in the caller's conversation with a user.

    The time is in Unix milliseconds; None if there is no conversation.
    """
    conversation = context.state[Conversations].get(context.user_id, peer)
    return None if conversation is None else conversation.last_timestamp


class _ReadUntil(Struct, frozen=True):
    params: CleanUnreadParams
    clean: listing.CleanPlan | None


def _plan_read_until(context: Context, peer: str, before: int) -> _ReadUntil | None:
    conversation = context.state[Conversations].get(context.user_id, peer)
    if conversation is None:
        return None
    member = conversation.member(context.user_id)
    up_to = conversation.last_seq
    if before <= conversation.last_timestamp:
        last = context.archive.within(member.view, 0, (before, 0), 1)
        # Everything after it is hidden, or else where the search stopped is.
        up_to = last[0].message.seq if last else 0
    if up_to <= member.joined_seq:
        return None
    params = CleanUnreadParams(conversation_id(peer), up_to - member.joined_seq)
    return _ReadUntil(params, listing.clean_unread.plan(context, params))


@planned(_plan_read_until)
def read_until(context: Context, plan: _ReadUntil | None, peer: str, before: int) -> None:
    """Mark the messages that were written before some time as read by the caller.

    All messages with lower seqs than the last of them are marked too.

    Args:
        context: The context of the reader.
        plan: The result of the plan.
        peer: The other member of the conversation.
        before: The time, in Unix milliseconds.
    """
    if plan is not None:
        listing.clean_unread.apply(context, plan.clean, plan.params)
