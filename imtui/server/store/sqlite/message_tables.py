"""The tables of messages and of what the two of a conversation set."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from imtui.protocol.chat import ElemType, Message, MessageStatus, ReceiveOpt
from imtui.server.core.changes import (
    ConversationChanged,
    MessagesChanged,
    MessagesCleared,
    MessageSent,
)
from imtui.server.core.messages.archive import StoredMessage, sides
from imtui.server.core.stored import StoredSide

Statement = tuple[str, tuple[Any, ...]]

SCHEMA: Final = """
CREATE TABLE messages (
    low TEXT NOT NULL REFERENCES accounts, high TEXT NOT NULL REFERENCES accounts,
    seq INTEGER NOT NULL, version INTEGER NOT NULL, sender TEXT NOT NULL, msg_id TEXT NOT NULL,
    timestamp INTEGER NOT NULL, elem_type INTEGER NOT NULL, text TEXT NOT NULL, data BLOB NOT NULL,
    cloud_custom_data TEXT NOT NULL, revoked INTEGER NOT NULL, deleted_low INTEGER NOT NULL,
    deleted_high INTEGER NOT NULL, UNIQUE (low, high, seq), UNIQUE (sender, msg_id)
);
CREATE INDEX messages_by_version ON messages (low, high, version);
CREATE TABLE sides (
    owner TEXT NOT NULL REFERENCES accounts, peer TEXT NOT NULL REFERENCES accounts,
    read_seq INTEGER NOT NULL, read_at INTEGER NOT NULL, pinned INTEGER NOT NULL,
    recv_opt INTEGER NOT NULL, PRIMARY KEY (owner, peer)
) WITHOUT ROWID;
"""

REST_SCHEMA: Final = """
ALTER TABLE messages ADD COLUMN msg_body TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN uncounted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN not_last INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_by_time ON messages (low, high, timestamp, seq);
ALTER TABLE sides ADD COLUMN unlisted_seq INTEGER NOT NULL DEFAULT 0;
"""
"""What version 4 adds: what only the REST API says of messages and conversations, or asks."""

CONVERSATIONS: Final = """
SELECT m.low, m.high, max(seq), max(version), max(timestamp),
    max(iif(deleted_low OR not_last OR seq <= ifnull(one.unlisted_seq, 0), 0, seq)),
    max(iif(deleted_high OR not_last OR seq <= ifnull(other.unlisted_seq, 0), 0, seq)),
    sum(sender = m.high AND seq > ifnull(one.read_seq, 0) AND NOT (revoked OR uncounted)
        AND NOT deleted_low),
    sum(sender = m.low AND seq > ifnull(other.read_seq, 0) AND NOT (revoked OR uncounted)
        AND NOT deleted_high)
FROM messages m
LEFT JOIN sides one ON one.owner = m.low AND one.peer = m.high
LEFT JOIN sides other ON other.owner = m.high AND other.peer = m.low
GROUP BY m.low, m.high
"""
"""The rows of ``StoredConversation``."""

_COLUMNS: Final = (
    "low, high, seq, version, sender, msg_id, timestamp, elem_type, text, data, cloud_custom_data,"
    " revoked, deleted_low, deleted_high, msg_body, uncounted, not_last"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM messages WHERE "
_COUNT: Final = "SELECT count(*) FROM messages WHERE "


class MessageTables:
    """The core's ``Archive`` in a database."""

    def __init__(self, find: Callable[[str, Sequence[Any]], list[Any]]) -> None:
        """Make it of a function that returns the rows of a statement with its values."""
        self._find = find

    def find(self, sender: str, msg_id: str) -> StoredMessage | None:
        """Return a message by its name, or None if there is none."""
        found = self._select("sender = ? AND msg_id = ?", sender, msg_id)
        return found[0] if found else None

    def at(self, viewer: str, peer: str, seqs: Collection[int]) -> list[StoredMessage]:
        """Return those that there are at some places, in their order."""
        places = ", ".join("?" * len(seqs))
        where = f"low = ? AND high = ? AND seq IN ({places}) ORDER BY seq"
        return self._select(where, *sides(viewer, peer), *seqs)

    def before(self, viewer: str, peer: str, seq: int, count: int) -> list[StoredMessage]:
        """Return the last ``count`` that the viewer has not deleted, the newest first."""
        where = f"low = ? AND high = ? AND seq < ? AND NOT {_deleted(viewer, peer)}"
        ordered = f"{where} ORDER BY seq DESC LIMIT ?"
        return self._select(ordered, *sides(viewer, peer), seq, count)

    def within(
        self, viewer: str, peer: str, since: int, before: tuple[int, int], count: int
    ) -> list[StoredMessage]:
        """Return the last ``count`` that were written in some time, the latest first."""
        where = (
            "low = ? AND high = ? AND timestamp >= ? AND (timestamp, seq) < (?, ?)"
            f" AND NOT {_deleted(viewer, peer)} ORDER BY timestamp DESC, seq DESC LIMIT ?"
        )
        return self._select(where, *sides(viewer, peer), since, *before, count)

    def changed(self, viewer: str, peer: str, version: int, count: int) -> list[StoredMessage]:
        """Return the first ``count`` that changed after a version, the earliest change first."""
        where = "low = ? AND high = ? AND version > ? ORDER BY version LIMIT ?"
        return self._select(where, *sides(viewer, peer), version, count)

    def count_unread(self, viewer: str, peer: str, read_seq: int) -> int:
        """Count those after a place that count as unread by the viewer."""
        where = "low = ? AND high = ? AND seq > ? AND sender = ? AND NOT (revoked OR uncounted)"
        values = (*sides(viewer, peer), read_seq, peer)
        return self._count(f"{where} AND NOT {_deleted(viewer, peer)}", *values)

    def count_visible(self, viewer: str, peer: str) -> int:
        """Count those that the viewer has not deleted."""
        where = f"low = ? AND high = ? AND NOT {_deleted(viewer, peer)}"
        return self._count(where, *sides(viewer, peer))

    def _select(self, where: str, *values: Any) -> list[StoredMessage]:
        return [_stored_message(row) for row in self._find(_SELECT + where, values)]

    def _count(self, where: str, *values: Any) -> int:
        return int(self._find(_COUNT + where, values)[0][0])


def stored_side(row: tuple[Any, ...]) -> StoredSide:
    """Return what a row of ``sides`` says."""
    owner, peer, read_seq, read_at, pinned, recv_opt, unlisted_seq = row
    return StoredSide(
        owner, peer, read_seq, read_at, bool(pinned), ReceiveOpt(recv_opt), unlisted_seq
    )


def _deleted(viewer: str, peer: str) -> str:
    """Return the column that says whether the viewer has deleted a message."""
    return "deleted_low" if viewer < peer else "deleted_high"


def _stored_message(row: tuple[Any, ...]) -> StoredMessage:
    low, high, seq, version, sender, msg_id, timestamp, elem_type, *rest = row
    text, data, cloud_custom_data, revoked, deleted_low, deleted_high, *of_rest = rest
    msg_body, uncounted, not_last = of_rest
    message = Message(
        msg_id,
        sender,
        high if sender == low else low,
        timestamp,
        seq,
        version,
        ElemType(elem_type),
        text,
        data,
        cloud_custom_data,
        MessageStatus.LOCAL_REVOKED if revoked else MessageStatus.SEND_SUCC,
        msg_body=msg_body,
        is_excluded_from_unread_count=bool(uncounted),
        is_excluded_from_last_message=bool(not_last),
    )
    return StoredMessage(message, bool(deleted_low), bool(deleted_high))


_KEEP: Final = f"""
INSERT INTO messages ({_COLUMNS}) VALUES ({", ".join("?" * 17)})
ON CONFLICT (low, high, seq) DO UPDATE SET version = excluded.version, text = excluded.text,
    data = excluded.data, cloud_custom_data = excluded.cloud_custom_data,
    msg_body = excluded.msg_body, revoked = excluded.revoked, deleted_low = excluded.deleted_low,
    deleted_high = excluded.deleted_high
"""


def _keep(stored: StoredMessage) -> Statement:
    message = stored.message
    return _KEEP, (
        *sides(message.sender, message.receiver),
        message.seq,
        message.version,
        message.sender,
        message.msg_id,
        message.timestamp,
        message.elem_type,
        message.text,
        message.data,
        message.cloud_custom_data,
        stored.is_revoked,
        stored.deleted_low,
        stored.deleted_high,
        message.msg_body,
        message.is_excluded_from_unread_count,
        message.is_excluded_from_last_message,
    )


def _message_sent(change: MessageSent) -> list[Statement]:
    return [] if change.message.online_user_only else [_keep(change.stored)]


def _messages_changed(change: MessagesChanged) -> list[Statement]:
    return [_keep(stored) for stored in change.messages]


def _messages_cleared(change: MessagesCleared) -> list[Statement]:
    low, high = sides(change.user_id, change.peer_id)
    deleted = _deleted(change.user_id, change.peer_id)
    # Each row gets a version of its own, so that pages of what changed can begin at any of them.
    sql = f"""
        UPDATE messages SET {deleted} = 1, version = ? + going.number
        FROM (
            SELECT rowid AS row, row_number() OVER (ORDER BY seq) AS number FROM messages
            WHERE low = ? AND high = ? AND NOT {deleted}
        ) AS going
        WHERE messages.rowid = going.row
    """
    return [(sql, (change.version, low, high))]


def _conversation_changed(change: ConversationChanged) -> list[Statement]:
    shown = change.conversation
    return [
        (
            "INSERT OR REPLACE INTO sides VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(change.user_id, shown.user_id, shown.read_seq, change.read_at),
                *(shown.is_pinned, shown.recv_opt, change.unlisted_seq),
            ),
        )
    ]


STATEMENTS: Final[dict[type, Callable[[Any], list[Statement]]]] = {
    MessageSent: _message_sent,
    MessagesChanged: _messages_changed,
    MessagesCleared: _messages_cleared,
    ConversationChanged: _conversation_changed,
}
"""What makes each change durable."""
