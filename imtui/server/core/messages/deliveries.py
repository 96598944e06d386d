"""What sessions receive of changes of messages and conversations."""

from collections.abc import Iterable, Mapping
from typing import Final

from imtui.protocol.chat import ConversationList, MessageList, ReadReceipt, ReadReceiptList
from imtui.protocol.messages import Push
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.change import Change
from imtui.server.core.delivery import Deliver, Delivery, push
from imtui.server.core.messages import changes as c
from imtui.server.core.messages.conversation import Conversation, Conversations
from imtui.server.core.messages.views import hidden_message, shown_message
from imtui.server.core.state import State


def _sent(state: State, change: c.MessageSent) -> Iterable[Delivery]:
    message, accounts = change.message, state[Accounts]
    groups = [
        (user_id, [one for one in accounts.sessions_of(user_id) if one != change.session_id])
        for user_id, is_told in (
            (message.sender, change.to_sender),
            (message.receiver, change.to_receiver),
        )
        if is_told
    ]
    shifted = change.conversation is not None and _is_shifted(change.conversation)
    if change.conversation is None or not shifted:
        # Both see the same: encoded once.
        everybody = tuple(session for _, sessions in groups for session in sessions)
        groups_of_sessions = [(message, everybody)]
    else:
        groups_of_sessions = [
            (shown_message(change.conversation.member(user_id), message), tuple(sessions))
            for user_id, sessions in groups
        ]
    for shown, session_ids in groups_of_sessions:
        yield from push(session_ids, Push.RECV_NEW_MESSAGE, MessageList([shown]), is_chat=True)


def _revoked(state: State, change: c.MessageRevoked) -> Iterable[Delivery]:
    for user_id in (change.message.sender, change.message.receiver):
        member = change.conversation.find_member(user_id)
        own_version = change.hidden.get(user_id)
        # Who has cleared it is told nothing of it.
        if member is None or own_version == 0:
            continue
        message = shown_message(member, change.message)
        if own_version:
            message = hidden_message(message, own_version)
        session_ids = state[Accounts].sessions_of(user_id)
        shown = MessageList([message])
        yield from push(session_ids, Push.MESSAGES_CHANGED, shown, is_chat=True)


def _hidden(state: State, change: c.MessagesHidden) -> Iterable[Delivery]:
    session_ids = state[Accounts].sessions_of(change.user_id)
    shown = MessageList(list(change.shown))
    return push(session_ids, Push.MESSAGES_CHANGED, shown, is_chat=True)


def _changed(state: State, change: c.ConversationChanged) -> Iterable[Delivery]:
    session_ids = state[Accounts].sessions_of(change.user_id)
    shown = ConversationList([change.shown])
    return push(session_ids, Push.CONVERSATION_CHANGED, shown, is_chat=True)


def _read(state: State, change: c.ConversationRead) -> Iterable[Delivery]:
    session_ids = state[Accounts].sessions_of(change.user_id)
    conversation = state[Conversations].by_key(change.conversation)
    member = conversation.find_member(change.user_id)
    if member is None:
        return ()
    read_seq = member.shown_seq(change.read_seq)
    receipts = ReadReceiptList([ReadReceipt(change.reader, read_seq, change.at)])
    return push(session_ids, Push.RECV_C2C_READ_RECEIPT, receipts, is_chat=True)


def _is_shifted(conversation: Conversation) -> bool:
    """Tell whether any member counts seqs from when they joined."""
    return any(member.joined_seq for member in conversation.members)


DELIVERIES: Final[Mapping[type[Change], Deliver]] = {
    c.MessageSent: _sent,
    c.MessageRevoked: _revoked,
    c.MessagesHidden: _hidden,
    c.ConversationChanged: _changed,
    c.ConversationRead: _read,
}
