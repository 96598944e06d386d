"""Messages and conversations in SQLite: what is written for each change, and what is loaded."""

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any, Final

from imtui.protocol.chat import ReceiveOpt
from imtui.server.core.archive import StoredMessage
from imtui.server.core.change import Change
from imtui.server.core.messages import changes as c
from imtui.server.core.messages.conversation import Conversation, ConversationKind, Member
from imtui.server.store.sqlite.statement import Statement

MESSAGE_COLUMNS: Final = (
    "conversation, seq, version, sender, msg_id, timestamp, elem_type, text, data,"
    " cloud_custom_data, msg_body, is_erased, is_uncounted, is_unlisted"
)

_CONVERSATION: Final = "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, 1, ?, ?)"
_CONVERSATION_CHANGED: Final = """
UPDATE conversations SET last_seq = ?, version = ?, counted = ?, last_timestamp = ?, listed_seq = ?
WHERE key = ?
"""
_MEMBER: Final = f"INSERT INTO members VALUES ({', '.join('?' * 14)})"
_MEMBER_CHANGED: Final = """
UPDATE members SET read_seq = ?, read_at = ?, cleared_seq = ?, own_version = ?, is_pinned = ?,
    recv_opt = ?, uncounted = ?, unlisted_seq = ?, listed_seq = ?, listed_until = ?
WHERE conversation = ? AND account = ?
"""
_MESSAGE: Final = f"INSERT INTO messages VALUES ({', '.join('?' * 14)})"
_REVOKED: Final = """
UPDATE messages SET version = ?, text = '', data = x'', cloud_custom_data = '', msg_body = '',
    is_erased = 1 WHERE conversation = ? AND seq = ?
"""
_HIDDEN: Final = "INSERT INTO hidden VALUES (?, ?, ?, ?)"
_CLEARED: Final = "DELETE FROM hidden WHERE conversation = ? AND account = ? AND seq <= ?"


def load(rows: Callable[[str], list[Any]]) -> list[Conversation]:
    """Return all conversations, given a function that returns the rows of a statement."""
    members = {
        key: [_loaded_member(row) for row in found]
        for key, found in groupby(
            rows(
                "SELECT m.*, a.user_id, a.deleted_at IS NOT NULL FROM members m"
                " JOIN accounts a ON a.key = m.account ORDER BY m.conversation, m.account"
            ),
            key=lambda row: row[0],
        )
    }
    return [
        Conversation(
            key,
            ConversationKind(kind),
            last_seq,
            version,
            counted,
            last_timestamp,
            listed_seq,
            members.get(key, []),
        )
        for key, kind, last_seq, version, counted, _, last_timestamp, listed_seq in rows(
            "SELECT * FROM conversations ORDER BY key"
        )
    ]


def message_row(stored: StoredMessage) -> tuple[Any, ...]:
    """Return the row of a message."""
    return (
        stored.conversation,
        stored.seq,
        stored.version,
        stored.sender,
        stored.msg_id,
        stored.timestamp,
        stored.elem_type,
        stored.text,
        stored.data,
        stored.cloud_custom_data,
        stored.msg_body,
        stored.is_erased,
        stored.is_uncounted,
        stored.is_unlisted,
    )


def member_row(member: Member) -> tuple[Any, ...]:
    """Return the row of a member."""
    return (
        member.conversation,
        member.account,
        member.joined_seq,
        member.joined_version,
        *_member_values(member),
    )


def conversation_row(conversation: Conversation) -> tuple[Any, ...]:
    """Return the row of a conversation, without its ``first_seq``."""
    return (
        conversation.key,
        conversation.kind,
        conversation.last_seq,
        conversation.version,
        conversation.counted,
        conversation.last_timestamp,
        conversation.listed_seq,
    )


def _member_values(member: Member) -> tuple[Any, ...]:
    return (
        member.read_seq,
        member.read_at,
        member.cleared_seq,
        member.own_version,
        member.is_pinned,
        member.recv_opt,
        member.uncounted,
        member.unlisted_seq,
        member.listed_seq,
        member.listed_until,
    )


def _loaded_member(row: tuple[Any, ...]) -> Member:
    conversation, account, joined_seq, joined_version, read_seq, read_at, *rest = row
    cleared_seq, own_version, is_pinned, recv_opt, uncounted, *rest = rest
    unlisted_seq, listed_seq, listed_until, user_id, has_left = rest
    return Member(
        conversation,
        account,
        user_id,
        joined_seq,
        joined_version,
        read_seq,
        read_at,
        cleared_seq,
        own_version,
        bool(is_pinned),
        ReceiveOpt(recv_opt),
        uncounted,
        unlisted_seq,
        listed_seq,
        listed_until,
        bool(has_left),
    )


def _created(change: c.ConversationCreated) -> list[Statement]:
    conversation = change.conversation
    return [
        (_CONVERSATION, conversation_row(conversation)),
        *((_MEMBER, member_row(member)) for member in conversation.members),
    ]


def _joined(change: c.MemberJoined) -> list[Statement]:
    return [(_MEMBER, member_row(change.member))]


def _sent(change: c.MessageSent) -> list[Statement]:
    stored, conversation = change.stored, change.conversation
    if stored is None or conversation is None:
        return []
    statements: list[Statement] = [
        (_MESSAGE, message_row(stored)),
        _conversation_changed(conversation),
    ]
    # Of the others nothing is written: what they have not read is counted from the conversation.
    changed = {change.message.sender, change.hidden_from}
    for member in conversation.members:
        if member.user_id in changed:
            statements.append(_member_changed(member))
            if member.user_id == change.hidden_from:
                hidden = (conversation.key, member.account, stored.seq, change.own_version)
                statements.append((_HIDDEN, hidden))
    return statements


def _revoked(change: c.MessageRevoked) -> list[Statement]:
    stored, conversation = change.stored, change.conversation
    receiver = conversation.find_member(change.message.receiver)
    return [
        (_REVOKED, (stored.version, stored.conversation, stored.seq)),
        _conversation_changed(conversation),
        *([_member_changed(receiver)] if receiver else []),
    ]


def _hidden(change: c.MessagesHidden) -> list[Statement]:
    return [
        (_HIDDEN, (change.conversation, change.account, one.seq, one.own_version))
        for one in change.hidden
    ]


def _cleared(change: c.ConversationCleared) -> list[Statement]:
    return [(_CLEARED, (change.conversation, change.account, change.cleared_seq))]


def _changed(change: c.ConversationChanged) -> list[Statement]:
    return [_member_changed(change.member)]


def _conversation_changed(conversation: Conversation) -> Statement:
    key, _, *values = conversation_row(conversation)
    return _CONVERSATION_CHANGED, (*values, key)


def _member_changed(member: Member) -> Statement:
    return _MEMBER_CHANGED, (*_member_values(member), member.conversation, member.account)


STATEMENTS: Final[Mapping[type[Change], Callable[[Any], list[Statement]]]] = {
    c.ConversationCreated: _created,
    c.MemberJoined: _joined,
    c.MessageSent: _sent,
    c.MessageRevoked: _revoked,
    c.MessagesHidden: _hidden,
    c.ConversationCleared: _cleared,
    c.ConversationChanged: _changed,
}
"""What makes each change durable."""
