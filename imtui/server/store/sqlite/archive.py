"""The core's ``Archive`` in SQLite."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from imtui.protocol.chat import ElemType
from imtui.server.core.archive import StoredMessage, View, ViewedMessage
from imtui.server.store.sqlite.messages import MESSAGE_COLUMNS

_COLUMNS: Final = ", ".join(f"m.{name.strip()}" for name in MESSAGE_COLUMNS.split(","))
_SELECT: Final = f"SELECT {_COLUMNS} FROM messages m WHERE "
_BY_MSG_ID: Final = f"{_SELECT}m.sender = ? AND m.msg_id = ?"
_VISIBLE: Final = """
m.conversation = ? AND m.seq > ? AND NOT EXISTS (
    SELECT 1 FROM hidden h WHERE h.conversation = m.conversation AND h.account = ?
        AND h.seq = m.seq
)
"""
_VIEWED: Final = f"""
SELECT {_COLUMNS}, ifnull(h.own_version, 0) FROM messages m
LEFT JOIN hidden h ON h.conversation = m.conversation AND h.account = ? AND h.seq = m.seq
WHERE m.conversation = ? AND m.seq > ?
"""


class SQLiteArchive:
    """Finds messages, including those that are not committed yet."""

    def __init__(
        self,
        find: Callable[[str, Sequence[Any]], list[Any]],
        find_durable: Callable[[str, Sequence[Any]], list[Any]],
        is_in_batch: Callable[[int, str], bool],
    ) -> None:
        """Make an archive from functions that read the database.

        Args:
            find: Returns the rows of a statement with values, after executing the batch.
            find_durable: The same, without executing the batch.
            is_in_batch: Tells whether the batch has a message with this sender and ID.
        """
        self._find = find
        self._find_durable = find_durable
        self._is_in_batch = is_in_batch

    def find(self, sender: int, msg_id: str) -> StoredMessage | None:
        """Return the message that an account sent under an ID, if there is one."""
        # Called for every message that is sent, so executing the batch each time is too slow.
        find = self._find if self._is_in_batch(sender, msg_id) else self._find_durable
        found = find(_BY_MSG_ID, (sender, msg_id))
        return _stored_message(found[0]) if found else None

    def at(self, view: View, seqs: Collection[int]) -> list[ViewedMessage]:
        """Return the messages at some seqs above the floor, hidden ones included, by seq."""
        places = ", ".join("?" * len(seqs))
        return self._viewed(f"AND m.seq IN ({places}) ORDER BY m.seq", view, *seqs)

    def before(self, view: View, seq: int, count: int) -> list[StoredMessage]:
        """Return the last ``count`` visible messages below ``seq``, the newest first."""
        where = f"{_VISIBLE} AND m.seq < ? ORDER BY m.seq DESC LIMIT ?"
        return self._select(where, *_visible_to(view), seq, count)

    def within(
        self, view: View, since: int, before: tuple[int, int], count: int
    ) -> list[StoredMessage]:
        """Return the last ``count`` visible messages of a time span, the latest first."""
        where = (
            f"{_VISIBLE} AND m.timestamp >= ? AND (m.timestamp, m.seq) < (?, ?)"
            " ORDER BY m.timestamp DESC, m.seq DESC LIMIT ?"
        )
        return self._select(where, *_visible_to(view), since, *before, count)

    def changed(self, view: View, version: int, count: int) -> list[ViewedMessage]:
        """Return the first ``count`` messages that changed for all after a version, by version."""
        return self._viewed("AND m.version > ? ORDER BY m.version LIMIT ?", view, version, count)

    def hidden(self, view: View, own_version: int, count: int) -> list[ViewedMessage]:
        """Return the first ``count`` messages hidden after an own version, by own version."""
        sql = f"""
            SELECT {_COLUMNS}, h.own_version FROM hidden h
            JOIN messages m ON m.conversation = h.conversation AND m.seq = h.seq
            WHERE h.conversation = ? AND h.account = ? AND h.own_version > ? AND m.seq > ?
            ORDER BY h.own_version LIMIT ?
        """
        values = (view.conversation, view.account, own_version, view.floor, count)
        return [_viewed_message(row) for row in self._find(sql, values)]

    def count_unread(self, view: View, after: int, up_to: int) -> int:
        """Count the visible messages of others that count as unread in a range of seqs."""
        sql = (
            f"SELECT count(*) FROM messages m WHERE {_VISIBLE} AND m.seq > ? AND m.seq <= ?"
            " AND m.sender <> ? AND NOT (m.is_erased OR m.is_uncounted)"
        )
        values = (*_visible_to(view), after, up_to, view.account)
        return int(self._find(sql, values)[0][0])

    def _select(self, where: str, *values: Any) -> list[StoredMessage]:
        return [_stored_message(row) for row in self._find(_SELECT + where, values)]

    def _viewed(self, where: str, view: View, *values: Any) -> list[ViewedMessage]:
        rows = self._find(_VIEWED + where, (view.account, view.conversation, view.floor, *values))
        return [_viewed_message(row) for row in rows]


def _visible_to(view: View) -> tuple[int, int, int]:
    return view.conversation, view.floor, view.account


def _stored_message(row: Sequence[Any]) -> StoredMessage:
    conversation, seq, version, sender, msg_id, timestamp, elem_type, *rest = row
    text, data, cloud_custom_data, msg_body, is_erased, is_uncounted, is_unlisted = rest
    return StoredMessage(
        conversation,
        seq,
        version,
        sender,
        msg_id,
        timestamp,
        ElemType(elem_type),
        text,
        data,
        cloud_custom_data,
        msg_body,
        bool(is_erased),
        bool(is_uncounted),
        bool(is_unlisted),
    )


def _viewed_message(row: Sequence[Any]) -> ViewedMessage:
    *message, own_version = row
    return ViewedMessage(_stored_message(message), own_version)
