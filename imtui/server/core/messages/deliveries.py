"""Deliveries for changes of messages and conversations."""

from collections.abc import Iterable, Mapping
from typing import Final

from imtui.protocol.chat import ConversationList, Message, MessageList, ReadReceipt, ReadReceiptList
from imtui.protocol.messages import Push
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.change import Change
from imtui.server.core.delivery import Deliver, Delivery, push
from imtui.server.core.friends.hiding import is_hidden
from imtui.server.core.messages import changes as c
from imtui.server.core.messages.conversation import Conversations
from imtui.server.core.messages.views import hidden_message, shown_message
from imtui.server.core.state import State


def _sent(state: State, change: c.MessageSent) -> Iterable[Delivery]:
    message, accounts = change.message, state[Accounts]
    senders = accounts.sessions_of(message.sender) if change.to_sender else ()
    if change.session_id in senders:
        senders = tuple(session for session in senders if session != change.session_id)
    receivers = accounts.sessions_of(message.receiver) if change.to_receiver else ()
    if change.conversation is None or not change.conversation.has_rejoined:
        # Both see the same: encoded once.
        return _new_message(senders + receivers, message)
    conversation = state[Conversations].by_key(change.conversation.key)
    seen = (shown_message(conversation.member(one), message) for one in _two(message))
    return [
        push
        for session_ids, shown in zip((senders, receivers), seen, strict=True)
        for push in _new_message(session_ids, shown)
    ]


def _new_message(session_ids: tuple[int, ...], message: Message) -> Iterable[Delivery]:
    return push(session_ids, Push.RECV_NEW_MESSAGE, MessageList([message]), is_chat=True)


def _two(message: Message) -> tuple[str, str]:
    return message.sender, message.receiver


def _revoked(state: State, change: c.MessageRevoked) -> Iterable[Delivery]:
    conversation = state[Conversations].by_key(change.conversation.key)
    for user_id in _two(change.message):
        member = conversation.find_member(user_id)
        own_version = change.hidden.get(user_id)
        # A member who has cleared it is not notified.
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
    if change.shown is None:
        return ()
    session_ids = state[Accounts].sessions_of(change.user_id)
    shown = ConversationList([change.shown])
    return push(session_ids, Push.CONVERSATION_CHANGED, shown, is_chat=True)


def _read(state: State, change: c.ConversationRead) -> Iterable[Delivery]:
    if is_hidden(state, change.reader, change.user_id):
        return ()
    session_ids = state[Accounts].sessions_of(change.user_id)
    conversation = state[Conversations].by_key(change.conversation)
    member = conversation.find_member(change.user_id)
    if member is None:
        return ()
    read_seq = member.shown_seq(change.read_seq)
    receipts = ReadReceiptList([ReadReceipt(change.reader, read_seq, change.at)])
    return push(session_ids, Push.RECV_C2C_READ_RECEIPT, receipts, is_chat=True)


DELIVERIES: Final[Mapping[type[Change], Deliver]] = {
    c.MessageSent: _sent,
    c.MessageRevoked: _revoked,
    c.MessagesHidden: _hidden,
    c.ConversationChanged: _changed,
    c.ConversationRead: _read,
}
