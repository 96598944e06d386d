"""The core's ``Archive`` in SQL."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, Protocol

from msgspec import structs

from imtui.protocol.chat import ElemType, size_of
from imtui.server.core.archive import StoredMessage, View, ViewedMessage
from imtui.server.store.sql.erasing import hashed
from imtui.server.store.sql.messages import MESSAGE_COLUMNS

COLUMNS: Final = ", ".join(f"m.{name.strip()}" for name in MESSAGE_COLUMNS.split(","))
_SELECT: Final = f"SELECT {COLUMNS} FROM messages m WHERE "
_BY_MSG_ID: Final = f"{_SELECT}m.sender = ? AND m.msg_id = ?"
_NOT_HIDDEN: Final = """NOT EXISTS (
    SELECT 1 FROM hidden h WHERE h.conversation = m.conversation AND h.account = ?
        AND h.seq = m.seq
)"""
_VIEWED: Final = f"""
SELECT {COLUMNS}, coalesce(h.own_version, 0) FROM messages m
LEFT JOIN hidden h ON h.conversation = m.conversation AND h.account = ? AND h.seq = m.seq
WHERE m.conversation = ?
"""
_TIMES: Final = """
SELECT timestamp, seq FROM messages WHERE conversation = ? AND timestamp >= ?
    AND (timestamp, seq) < (?, ?) ORDER BY timestamp DESC, seq DESC LIMIT 1 OFFSET ?
"""
_WITHIN: Final = f"""
{_SELECT} m.conversation = ? AND (m.timestamp, m.seq) >= (?, ?)
    AND (m.timestamp, m.seq) < (?, ?) AND +m.seq > ? AND {_NOT_HIDDEN}
    ORDER BY m.timestamp DESC, m.seq DESC LIMIT ?
"""
_VERSIONS: Final = """
SELECT version, seq FROM messages WHERE conversation = ? AND version > ?
    ORDER BY version LIMIT 1 OFFSET ?
"""
_OWN_VERSIONS: Final = """
SELECT own_version, seq FROM hidden WHERE conversation = ? AND account = ? AND own_version > ?
    ORDER BY own_version LIMIT 1 OFFSET ?
"""
_HIDDEN: Final = f"""
SELECT {COLUMNS}, h.own_version FROM hidden h
JOIN messages m ON m.conversation = h.conversation AND m.seq = h.seq
WHERE h.conversation = ? AND h.account = ? AND h.own_version > ? AND h.own_version <= ?
    AND +h.seq > ? ORDER BY h.own_version LIMIT ?
"""
_FROM: Final = """
SELECT seq, timestamp FROM messages WHERE conversation = ? AND seq > ? ORDER BY seq LIMIT ?
"""
_EVER: Final = 2**63 - 1
"""Above all versions."""

Values = Sequence[Any] | Mapping[str, Any]
IsEnough = Callable[[Sequence[Any]], bool]

_CONTENTS: Final = slice(7, 10)
"""The columns of a message's contents that the client gets: text, data and cloud custom data."""
SEARCHED_MAX: Final = 1000
"""How many messages a search steps through at most."""


class Find(Protocol):
    """Reads rows."""

    def __call__(self, sql: str, values: Values, is_enough: IsEnough | None = None) -> list[Any]:
        """Return the rows of a statement; all, or those up to the first with which it is enough."""


class SQLArchive(ABC):
    """Finds messages, including those that are not committed yet."""

    def __init__(
        self,
        find: Find,
        find_durable: Callable[[str, Values], list[Any]],
        is_in_batch: Callable[[int, str], bool],
        has_erased: Callable[[int], bool],
        searched_max: int = SEARCHED_MAX,
    ) -> None:
        """Make an archive from functions that read the database.

        Args:
            find: Returns the rows of a statement with values, after executing the batch; all, or
                those up to the first with which it is enough.
            find_durable: The same, without executing the batch.
            is_in_batch: Tells whether the batch has a message with this sender and ID.
            has_erased: Tells whether messages of this sender are erased.
            searched_max: How many messages a search steps through at most.
        """
        self._find = find
        self._find_durable = find_durable
        self._is_in_batch = is_in_batch
        self._has_erased = has_erased
        self._searched_max = searched_max

    def find(self, sender: int, msg_id: str) -> StoredMessage | None:
        """Return the message that an account sent under an ID, if there is one."""
        # Called for every message that is sent, so executing the batch each time is too slow.
        find = self._find if self._is_in_batch(sender, msg_id) else self._find_durable
        found = find(_BY_MSG_ID, (sender, msg_id))
        if found:
            return _stored_message(found[0])
        if not self._has_erased(sender):
            return None
        found = find(_BY_MSG_ID, (sender, hashed(msg_id)))
        return structs.replace(_stored_message(found[0]), msg_id=msg_id) if found else None

    def at(self, view: View, seqs: Collection[int]) -> list[ViewedMessage]:
        """Return the messages at some seqs above the floor, hidden ones included, by seq."""
        if not seqs:
            return []
        places = ", ".join("?" * len(seqs))
        # The plus sign keeps the engine from reading all seqs above the floor.
        where = f"AND +m.seq > ? AND m.seq IN ({places}) ORDER BY m.seq"
        return self._viewed(where, view, view.floor, *seqs)

    def before(
        self, view: View, seq: int, count: int, most_bytes: int | None = None
    ) -> list[StoredMessage]:
        """Return the last ``count`` visible messages below ``seq``, the newest first.

        Those after the first with which all have more than ``most_bytes`` are left out.
        """
        is_enough = None if most_bytes is None else _is_more_than(most_bytes)
        found = self._find(*self._before(view, seq, count), is_enough)
        return [_stored_message(row) for row in found]

    @abstractmethod
    def _before(self, view: View, seq: int, count: int) -> tuple[str, Values]:
        """Return the query of ``before``, with its values."""

    def within(
        self, view: View, since: int, before: tuple[int, int], count: int
    ) -> list[ViewedMessage]:
        """Return the last ``count`` visible messages of a time span, the latest first."""
        span = (view.conversation, since, *before, self._searched_max - 1)
        stop = self._find(_TIMES, span)
        first = stop[0] if stop else (since, 0)
        values = (view.conversation, *first, *before, view.floor, view.account, count)
        found = self._find(_WITHIN, values)
        viewed = [ViewedMessage(_stored_message(row)) for row in found]
        return self._until(view, viewed, count, stop)

    def changed(self, view: View, version: int, count: int) -> list[ViewedMessage]:
        """Return the first ``count`` messages that changed for all after a version, by version."""
        stop = self._find(_VERSIONS, (view.conversation, version, self._searched_max - 1))
        last = _end(stop)
        where = "AND +m.seq > ? AND m.version > ? AND m.version <= ? ORDER BY m.version LIMIT ?"
        found = self._viewed(where, view, view.floor, version, last, count)
        return self._until(view, found, count, stop)

    def hidden(self, view: View, own_version: int, count: int) -> list[ViewedMessage]:
        """Return the first ``count`` messages hidden after an own version, by own version."""
        member = (view.conversation, view.account)
        stop = self._find(_OWN_VERSIONS, (*member, own_version, self._searched_max - 1))
        last = _end(stop)
        found = self._find(_HIDDEN, (*member, own_version, last, view.floor, count))
        viewed = [_viewed_message(row) for row in found]
        return self._until(view, viewed, count, stop)

    def older(self, conversation: int, after: int, timestamp: int, count: int) -> int:
        """Return the seq up to which all messages after a seq were written before a time."""
        values = (conversation, after, count)
        found = self._find(_FROM, values, lambda row: bool(row[1] >= timestamp))
        older = [seq for seq, written in found if written < timestamp]
        return older[-1] if older else after

    def count_unread(self, view: View, after: int, up_to: int) -> int:
        """Count the visible messages of others that count as unread in a range of seqs."""
        sql = (
            "SELECT count(*) FROM messages m WHERE m.conversation = ? AND m.seq > ? AND m.seq <= ?"
            f" AND m.sender <> ? AND m.is_erased = 0 AND m.is_uncounted = 0 AND {_NOT_HIDDEN}"
        )
        first = max(after, view.floor)
        values = (view.conversation, first, up_to, view.account, view.account)
        return int(self._find(sql, values)[0][0])

    def _until(
        self, view: View, found: list[ViewedMessage], count: int, stop: list[Any]
    ) -> list[ViewedMessage]:
        """Add where a search stopped, if it found fewer than ``count`` until then."""
        if len(found) == count or not stop:
            return found
        ((_, seq),) = stop
        (message,) = self.at(structs.replace(view, floor=0), [seq])
        return [*found, structs.replace(message, is_stop=True)]

    def _viewed(self, where: str, view: View, *values: Any) -> list[ViewedMessage]:
        rows = self._find(_VIEWED + where, (view.account, view.conversation, *values))
        return [_viewed_message(row) for row in rows]


def _end(stop: list[Any]) -> int:
    """Return the version at which a search stops."""
    return stop[0][0] if stop else _EVER


def _is_more_than(most_bytes: int) -> IsEnough:
    """Return a test that holds once the contents of all rows that it saw have more bytes."""
    seen = 0

    def is_enough(row: Sequence[Any]) -> bool:
        nonlocal seen
        seen += size_of(*row[_CONTENTS])
        return seen > most_bytes

    return is_enough


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
