"""Becoming a member of a conversation."""

from copy import copy

from msgspec import structs

from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.messages.changes import ConversationCreated, MemberJoined
from imtui.server.core.messages.conversation import Conversation, Conversations, Member
from imtui.server.core.state import State


def conversation_of(state: State, one: str, other: str) -> Conversation:
    """Return the conversation of two accounts, of which both are members from now on.

    A user ID that was registered anew belongs to another account: it joins the conversation that
    the other one has with the ID, and sees nothing of what was there before.
    """
    conversations = state[Conversations]
    conversation = conversations.get(one, other) or conversations.get(other, one)
    if conversation is None:
        conversation = conversations.new()
        for user_id, peer in ((one, other), (other, one)):
            conversations.add_member(conversation, _member(state, conversation, user_id), peer)
        state.emit(ConversationCreated(snapshot(conversation)))
        return conversation
    for user_id, peer in ((one, other), (other, one)):
        if conversation.find_member(user_id) is None:
            member = _member(state, conversation, user_id)
            conversations.add_member(conversation, member, peer)
            state.emit(MemberJoined(copy(member)))
    return conversation


def snapshot(conversation: Conversation) -> Conversation:
    """Return a copy of a conversation with its members, as changes have it."""
    members = [copy(member) for member in conversation.members if not member.has_left]
    return structs.replace(conversation, members=members)


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
