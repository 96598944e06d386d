"""What the REST API reads of conversations."""

from msgspec import Struct

from imtui.protocol.chat import CleanUnreadParams, conversation_id
from imtui.server.core.context import Context
from imtui.server.core.endpoint import planned
from imtui.server.core.messages import listing
from imtui.server.core.messages.conversation import Conversations


class ConversationSummary(Struct, frozen=True):
    """A conversation in an account's list."""

    peer: str
    active_at: int
    """When it was last active, in Unix milliseconds; 0 for never."""
    unread: int
    is_pinned: bool
    has_messages: bool
    """Whether a message puts it into the list."""
    is_listed: bool
    """Whether it is in the list, be it for a pin or a receive option alone."""


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
    """Return when the caller's conversation with a user was last active; None if there is none.

    It is the time of the last message for all members, in Unix milliseconds.
    """
    conversation = context.state[Conversations].get(context.user_id, peer)
    return None if conversation is None else conversation.last_timestamp


class _ReadUntil(Struct, frozen=True):
    params: CleanUnreadParams
    reading: listing.Reading | None


def _plan_read_until(context: Context, peer: str, before: int) -> _ReadUntil | None:
    conversation = context.state[Conversations].get(context.user_id, peer)
    if conversation is None:
        return None
    member = conversation.member(context.user_id)
    up_to = conversation.last_seq
    if before <= conversation.last_timestamp:
        last = context.archive.within(member.view, 0, (before, 0), 1)
        up_to = last[0].seq if last else 0
    if up_to <= member.joined_seq:
        return None
    params = CleanUnreadParams(conversation_id(peer), up_to - member.joined_seq)
    return _ReadUntil(params, listing.clean_unread.plan(context, params))


@planned(_plan_read_until)
def read_until(context: Context, plan: _ReadUntil | None, peer: str, before: int) -> None:
    """Note that the caller has read what was written in a conversation before some time.

    Everything at lower seqs than the last of it counts as read too.

    Args:
        context: Who has read.
        plan: What was read before.
        peer: With whom the conversation is.
        before: The time, in Unix milliseconds.
    """
    if plan is not None:
        listing.clean_unread.apply(context, plan.reading, plan.params)
