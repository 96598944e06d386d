"""Conversations: listing, reading, pinning, muting and deleting them."""

import re
from bisect import bisect_left, bisect_right
from typing import Final

from msgspec import Struct

from imtui.protocol import chat, limits
from imtui.protocol.chat import ConversationList, ReceiveOpt, peer_of
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.identifiers import check_user_id, check_user_ids
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.archive import StoredMessage
from imtui.server.core.context import Context
from imtui.server.core.endpoint import planned
from imtui.server.core.messages.changes import ConversationCleared
from imtui.server.core.messages.conversation import Conversation, Conversations
from imtui.server.core.messages.emitting import emit_changed, read
from imtui.server.core.messages.membership import conversation_of
from imtui.server.core.messages.order import FIRST_UNPINNED, Place
from imtui.server.core.messages.views import plan_newest, shown_conversation
from imtui.server.core.paging import MESSAGES_MAX_BYTES, check_count, page_of
from imtui.server.core.room import Room

_CURSOR: Final = re.compile(r"([01])\.(\d{1,16})\.(.+)", re.ASCII)


class _Listed(Struct, frozen=True):
    place: Place
    conversation: Conversation
    newest: StoredMessage | None = None


def _plan_list(context: Context, params: chat.GetConversationListParams) -> list[_Listed]:
    check_count(params.count, limits.CONVERSATION_PAGE_MAX)
    after = _place_of(params.cursor) if params.cursor else None
    owner, conversations = context.user_id, context.state[Conversations]
    places = conversations.places(owner)
    start = bisect_right(places, after) if after is not None else 0
    found = []
    for place in places[start : start + params.count + 1]:
        conversation = conversations.get(owner, place[2])
        if conversation is not None:
            newest = plan_newest(context, conversation, conversation.member(owner))
            found.append(_Listed(place, conversation, newest))
    return found


@planned(_plan_list)
def get_list(
    context: Context, plan: list[_Listed], params: chat.GetConversationListParams
) -> ConversationList:
    """Return a page of the caller's conversations: pinned ones first, then the latest active.

    A conversation without a message for the caller is only listed if it is pinned or has a
    receive option. The page has fewer than ``count`` if the messages are long.

    Raises:
        IMError: 6017.
    """
    owner = context.user_id
    page, is_last = page_of(
        plan,
        params.count,
        lambda one: shown_conversation(
            context.state, one.conversation, one.conversation.member(owner), one.newest
        ),
        MESSAGES_MAX_BYTES,
    )
    return ConversationList(page, None if is_last else _cursor(plan[len(page) - 1].place))


class CleanPlan(Struct, frozen=True):
    """The plan of ``clean_unread``."""

    unread: int
    """How many messages remain unread."""
    newest: StoredMessage | None


def _plan_clean(context: Context, params: chat.CleanUnreadParams) -> CleanPlan | None:
    peer = peer_of(params.conversation_id)
    if params.clean_sequence < 0:
        raise invalid_parameters("cleanSequence", "0 or more")
    conversation = context.state[Conversations].get(context.user_id, peer)
    if conversation is None:
        return None
    member = conversation.member(context.user_id)
    read_seq = _up_to(conversation, params.clean_sequence, member.joined_seq)
    if read_seq <= member.read_seq:
        return None
    # The shorter part is counted: all that is ever counted is no more than all that was sent.
    last, count = conversation.last_seq, context.archive.count_unread
    if last - read_seq <= read_seq - member.read_seq:
        unread = count(member.view, read_seq, last) if read_seq < last else 0
    else:
        unread = conversation.unread(member) - count(member.view, member.read_seq, read_seq)
    return CleanPlan(unread, plan_newest(context, conversation, member))


@planned(_plan_clean)
def clean_unread(context: Context, plan: CleanPlan | None, params: chat.CleanUnreadParams) -> None:
    """Mark a conversation as read by the caller up to a seq.

    Raises:
        IMError: 6017.
    """
    if plan is None:
        return
    conversations = context.state[Conversations]
    conversation = conversations.get(context.user_id, peer_of(params.conversation_id))
    if conversation is None:
        return
    member = conversation.member(context.user_id)
    read_seq = _up_to(conversation, params.clean_sequence, member.joined_seq)
    conversations.set_unread(conversation, member, plan.unread)
    member.next_own_version()
    read(context, conversation, member, read_seq)
    emit_changed(context.state, conversation, member, plan.newest)


def _plan_pin(context: Context, params: chat.PinConversationParams) -> StoredMessage | None:
    peer = peer_of(params.conversation_id)
    if peer not in context.state[Accounts] or peer == context.user_id:
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_ID)
    conversation = context.state[Conversations].get(context.user_id, peer)
    if conversation is None:
        if params.is_pinned:
            context.state[Room].check()
        return None
    return plan_newest(context, conversation, conversation.member(context.user_id))


@planned(_plan_pin)
def pin(context: Context, plan: StoredMessage | None, params: chat.PinConversationParams) -> None:
    """Pin a conversation of the caller, or unpin it.

    Raises:
        IMError: 6017; 20003 for an unknown account or oneself; 51012 when 50 are pinned.
    """
    conversations, owner = context.state[Conversations], context.user_id
    peer = peer_of(params.conversation_id)
    known = conversations.get(owner, peer)
    if params.is_pinned == (known is not None and known.member(owner).is_pinned):
        return
    if params.is_pinned:
        pinned = bisect_left(conversations.places(owner), FIRST_UNPINNED)
        if pinned >= limits.PINNED_CONVERSATIONS_MAX:
            raise IMError(ErrorCode.ERR_SVR_CONV_PINNED_COUNT_LIMIT)
    conversation = conversation_of(context.state, owner, peer)
    member = conversation.member(owner)
    member.is_pinned = params.is_pinned
    member.next_own_version()
    emit_changed(context.state, conversation, member, plan)


def _plan_receive_opt(
    context: Context, params: chat.SetReceiveOptParams
) -> dict[str, StoredMessage | None]:
    unique = check_user_ids(params.user_id_list, limits.RECEIVE_OPT_MAX_USERS)
    if not unique:
        raise invalid_parameters("userIDList", "name at least one user")
    owner, conversations = context.user_id, context.state[Conversations]
    peers = [peer for peer in context.state[Accounts].known_ids(unique) if peer != owner]
    if not peers:
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_ID)
    changing: dict[str, StoredMessage | None] = {}
    for peer in peers:
        known = conversations.get(owner, peer)
        if params.opt is not (known.member(owner).recv_opt if known else ReceiveOpt.RECEIVE):
            if known is None:
                context.state[Room].check()
            changing[peer] = plan_newest(context, known, known.member(owner)) if known else None
    return changing


@planned(_plan_receive_opt)
def set_receive_opt(
    context: Context, plan: dict[str, StoredMessage | None], params: chat.SetReceiveOptParams
) -> None:
    """Set how the caller receives the messages of some users.

    Unknown accounts and the caller are skipped.

    Raises:
        IMError: 6017; 20003 if no account is left.
    """
    for peer, newest in plan.items():
        conversation = conversation_of(context.state, context.user_id, peer)
        member = conversation.member(context.user_id)
        member.recv_opt = params.opt
        member.next_own_version()
        emit_changed(context.state, conversation, member, newest)


def delete(context: Context, params: chat.DeleteConversationParams) -> None:
    """Delete a conversation with its messages for the caller; the other member keeps it.

    Raises:
        IMError: 6017.
    """
    leave_list(context, peer_of(params.conversation_id), keeps_messages=False)


def leave_list(context: Context, peer: str, *, keeps_messages: bool) -> None:
    """Remove a conversation from the caller's list until the next message.

    Args:
        context: The context of the caller.
        peer: The other member of the conversation.
        keeps_messages: Whether its messages stay; else they are cleared for the caller.
    """
    conversations = context.state[Conversations]
    conversation = conversations.get(context.user_id, peer)
    if conversation is None:
        return
    member, last = conversation.member(context.user_id), conversation.last_seq
    is_read = member.read_seq == last
    # There may be messages that do not put it into the list.
    clears = not keeps_messages and member.floor < last
    if not clears and not conversation.newest(member) and is_read and not member.is_pinned:
        return
    conversations.set_unread(conversation, member, 0)
    conversation.set_newest(member, 0)
    member.is_pinned = False
    member.unlisted_seq = last
    member.next_own_version()
    if clears:
        member.cleared_seq = last
        context.state.emit(ConversationCleared(conversation.key, member.account, last))
    if not is_read:
        read(context, conversation, member, last)
    emit_changed(context.state, conversation, member, None)


def leave_all(context: Context) -> None:
    """Let the caller's account, which is being deleted, leave all its conversations."""
    context.state[Conversations].leave(context.user_id)


def _up_to(conversation: Conversation, clean_sequence: int, joined_seq: int) -> int:
    last = conversation.last_seq
    return min(clean_sequence + joined_seq, last) if clean_sequence else last


def _cursor(place: Place) -> str:
    is_unpinned, negated_time, peer = place
    return f"{int(is_unpinned)}.{-negated_time}.{peer}"


def _place_of(cursor: str) -> Place:
    parts = _CURSOR.fullmatch(cursor)
    if parts is None:
        raise invalid_parameters("cursor", "not the cursor of a page")
    return parts[1] == "1", -int(parts[2]), check_user_id(parts[3], "cursor")
