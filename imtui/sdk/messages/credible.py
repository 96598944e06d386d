"""Plausibility checks of what a backend sends about messages."""

from imtui.protocol.chat import Conversation, Message, conversation_id
from imtui.protocol.identifiers import is_user_id
from imtui.protocol.limits import UNIX_MS_MAX


def is_number(number: int) -> bool:
    """Return whether a number can be a seq, a version, a count or a time."""
    return 0 <= number <= UNIX_MS_MAX


def is_credible(message: Message, account: str) -> bool:
    """Return whether a message can belong to one of an account's conversations."""
    user_id = message.peer(account)
    numbers = (message.seq, message.version, message.timestamp, message.own_version)
    return (
        {message.sender, message.receiver} == {account, user_id}
        and user_id != account
        and is_user_id(user_id)
        and all(map(is_number, numbers))
        and bool(message.seq) == bool(message.version)
    )


def is_credible_conversation(conversation: Conversation, account: str) -> bool:
    """Return whether a conversation can be one of an account's."""
    numbers = (
        conversation.version,
        conversation.own_version,
        conversation.cleared_seq,
        conversation.unread_count,
        conversation.read_seq,
        conversation.peer_read_seq,
        conversation.order_key,
    )
    user_id, last = conversation.user_id, conversation.last_message
    return (
        conversation.conversation_id == conversation_id(user_id)
        and is_user_id(user_id)
        and all(map(is_number, numbers))
        and (last is None or _belongs_to(last, user_id, account))
        and (last is None or last.seq > conversation.cleared_seq)
    )


def _belongs_to(message: Message, user_id: str, account: str) -> bool:
    return is_credible(message, account) and message.peer(account) == user_id
