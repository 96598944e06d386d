"""Becoming a member of a conversation."""

from typing import Any, TypeVar, cast

from msgspec import Struct

from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.messages.changes import ConversationCreated, MemberJoined
from imtui.server.core.messages.conversation import Conversation, Conversations, Member
from imtui.server.core.state import State

S = TypeVar("S", bound=Struct)


def conversation_of(state: State, one: str, other: str) -> Conversation:
    """Return the conversation of two accounts; create it, or let them join it, if necessary.

    If a user ID was registered again, its new account joins the conversation that the other
    account has with the ID, and sees nothing from before.
    """
    conversations = state[Conversations]
    conversation = conversations.get(one, other)
    if conversation is not None and conversations.get(other, one) is conversation:
        return conversation
    conversation = conversation or conversations.get(other, one)
    if conversation is None:
        conversation = conversations.new()
        for user_id, peer in ((one, other), (other, one)):
            conversations.add_member(conversation, _member(state, conversation, user_id), peer)
        state.emit(ConversationCreated(snapshot(conversation, one, other)))
        return conversation
    for user_id, peer in ((one, other), (other, one)):
        if conversation.find_member(user_id) is None:
            member = _member(state, conversation, user_id)
            conversations.add_member(conversation, member, peer)
            state.emit(MemberJoined(copied(member)))
    return conversation


def snapshot(conversation: Conversation, *user_ids: str) -> Conversation:
    """Return a copy of a conversation with some of its members, for a change."""
    conversation = copied(conversation)
    conversation.members = [
        copied(member)
        for member in conversation.members
        if member.user_id in user_ids and not member.has_left
    ]
    return conversation


def copied(value: S) -> S:
    """Return a shallow copy of a struct."""
    # ``copy.copy`` takes several times as long to find this method.
    return cast(S, cast(Any, value).__copy__())


def _member(state: State, conversation: Conversation, user_id: str) -> Member:
    account = state[Accounts][user_id]
    return Member(
        conversation.key,
        account.key,
        account.user_id,
        joined_seq=conversation.last_seq,
        joined_version=conversation.version,
        read_seq=conversation.last_seq,
        uncounted=conversation.counted,
        listed_until=conversation.listed_seq,
    )
