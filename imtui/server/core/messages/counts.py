"""Functions with which the REST API reads conversations, and marks them as read."""

import heapq
from bisect import bisect_left
from collections.abc import Iterator

from msgspec import Struct

from imtui.protocol.chat import CleanUnreadParams, conversation_id
from imtui.server.core.context import Context
from imtui.server.core.endpoint import planned
from imtui.server.core.messages import listing
from imtui.server.core.messages.conversation import Conversations
from imtui.server.core.messages.order import FIRST_UNPINNED, Place


class ConversationSummary(Struct, frozen=True):
    """A conversation in an account's list."""

    peer: str
    active_at: int
    """When it was last active, in Unix milliseconds; 0 for never."""
    is_pinned: bool
    has_messages: bool
    """Whether a message puts it into the list, and not a pin or a receive option alone."""


def pinned(context: Context) -> list[ConversationSummary]:
    """Return the pinned conversations of the caller, the latest active first."""
    places = context.state[Conversations].places(context.user_id)
    return [_summary(context, place) for place in places[: bisect_left(places, FIRST_UNPINNED)]]


def listed_from(
    context: Context, second: int, skipped: int, *, with_pinned: bool
) -> Iterator[ConversationSummary]:
    """Yield conversations in the caller's list from a place on, the latest active first.

    Args:
        context: The context of the caller.
        second: Begin with those that were last active in this second, in Unix time.
        skipped: How many of those to leave out. Both are 0 for the first conversation.
        with_pinned: Whether pinned ones are among them, with no place of their own.
    """
    places = context.state[Conversations].places(context.user_id)
    start = first = bisect_left(places, FIRST_UNPINNED)
    among = list(places[:first]) if with_pinned else []
    if (second, skipped) != (0, 0):
        latest = -(second * 1000 + 999)
        start = bisect_left(places, (True, latest, ""), first)
        among = [place for place in among if place[1] >= latest]
    passed = sum(
        bisect_left(places, (True, *place[1:]), start) - start + before < skipped
        for before, place in enumerate(among)
    )
    others = (places[index] for index in range(start + skipped - passed, len(places)))
    for place in heapq.merge(among[passed:], others, key=lambda place: place[1:]):
        yield _summary(context, place)


def unread_of(context: Context, peer: str) -> int:
    """Return how many messages of a user are unread by the caller."""
    conversation = context.state[Conversations].get(context.user_id, peer)
    return conversation.unread(conversation.member(context.user_id)) if conversation else 0


def all_unread(context: Context) -> int:
    """Return how many messages are unread by the caller."""
    return context.state[Conversations].unread_of(context.user_id)


def _summary(context: Context, place: Place) -> ConversationSummary:
    conversation = context.state[Conversations].get(context.user_id, place[2])
    assert conversation is not None, "each place is one of a conversation"
    member = conversation.member(context.user_id)
    return ConversationSummary(
        place[2],
        conversation.order_key(member),
        member.is_pinned,
        bool(conversation.newest(member)),
    )


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
