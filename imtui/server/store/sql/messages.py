"""Messages and conversations in SQL: the statements for each change, and loading."""

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any, Final

from msgspec import structs

from imtui.protocol.chat import ReceiveOpt
from imtui.server.core.change import Change
from imtui.server.core.messages import changes as c
from imtui.server.core.messages.conversation import Conversation, ConversationKind, Member
from imtui.server.store.sql.erasing import MARK
from imtui.server.store.sql.statement import Statement

MESSAGE_COLUMNS: Final = (
    "conversation, seq, version, sender, msg_id, timestamp, elem_type, text, data,"
    " cloud_custom_data, msg_body, is_erased, is_uncounted, is_unlisted"
)

# The columns have the order of the structs' fields.
_CONVERSATION_END: Final = Conversation.__struct_fields__.index("members")
_VALUES_START: Final = Member.__struct_fields__.index("read_seq")
_VALUES_END: Final = Member.__struct_fields__.index("has_left")

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
UPDATE messages SET version = ?, text = '', data = ?, cloud_custom_data = '', msg_body = '',
    is_erased = 1 WHERE conversation = ? AND seq = ?
"""
_HIDDEN: Final = "INSERT INTO hidden VALUES (?, ?, ?, ?)"


def load(rows: Callable[[str], list[Any]]) -> list[Conversation]:
    """Load all conversations, given a function that returns the rows of a statement."""
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
    return structs.astuple(conversation)[:_CONVERSATION_END]


def _member_values(member: Member) -> tuple[Any, ...]:
    """Return the columns of a member's row that may change."""
    return structs.astuple(member)[_VALUES_START:_VALUES_END]


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
    statements: list[Statement] = [(_MESSAGE, structs.astuple(stored))]
    if change.hidden_from:
        account = conversation.member(change.hidden_from).account
        hidden = (conversation.key, account, stored.seq, change.own_version)
        statements.append((_HIDDEN, hidden))
    return statements


def _revoked(change: c.MessageRevoked) -> list[Statement]:
    stored = change.stored
    return [(_REVOKED, (stored.version, b"", stored.conversation, stored.seq))]


def _hidden(change: c.MessagesHidden) -> list[Statement]:
    conversation, account = change.conversation, change.account
    rows = [(conversation, account, one.seq, one.own_version) for one in change.hidden]
    marks = [(conversation, one.seq, one.seq) for one in change.hidden]
    return [*((_HIDDEN, row) for row in rows), *((MARK, mark) for mark in marks)]


class RowUpdates:
    """The rows of conversations and members that a batch updates, each once."""

    def __init__(self) -> None:
        """Start without updates."""
        self._conversations: dict[int, Conversation] = {}
        self._members: dict[tuple[int, int], Member] = {}

    def __bool__(self) -> bool:
        """Tell whether there are updates."""
        return bool(self._conversations or self._members)

    def add(self, change: Change) -> None:
        """Add the updates of a change, in place of earlier updates of the same rows."""
        match change:
            case c.MessageSent() | c.MessageRevoked():
                conversation = change.conversation
                if conversation is not None and change.stored is not None:
                    # Unread counts follow from the conversation's row.
                    self._conversations[conversation.key] = conversation
                    for member in conversation.members:
                        self._members[member.conversation, member.account] = member
            case c.ConversationChanged():
                member = change.member
                self._members[member.conversation, member.account] = member

    def statements(self) -> list[tuple[str, list[tuple[Any, ...]]]]:
        """Return the updates, each with the values of all rows."""
        conversations = [
            (*values, key)
            for key, _, *values in map(conversation_row, self._conversations.values())
        ]
        members = [
            (*_member_values(member), member.conversation, member.account)
            for member in self._members.values()
        ]
        return [(_CONVERSATION_CHANGED, conversations), (_MEMBER_CHANGED, members)]


STATEMENTS: Final[Mapping[type[Change], Callable[[Any], list[Statement]]]] = {
    c.ConversationCreated: _created,
    c.MemberJoined: _joined,
    c.MessageSent: _sent,
    c.MessageRevoked: _revoked,
    c.MessagesHidden: _hidden,
}
"""Functions that return the statements for each change; they run in the order of the changes."""

ROW_UPDATES: Final = frozenset({c.MessageSent, c.MessageRevoked, c.ConversationChanged})
"""The changes that ``RowUpdates`` handles."""
