"""Erasing messages that nobody can see any more, little by little.

A change after which some may be invisible to all adds a row to ``to_erase`` in its transaction, so
each start finds what is left. A bare row stays of each message, so that sending it again makes no
second one.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from imtui.server.core.accounts.changes import AccountDeleted
from imtui.server.core.change import Change
from imtui.server.core.messages.changes import ConversationCleared, MessagesHidden
from imtui.server.store.sql.statement import Database, Statement

_AT_ONCE: Final = 16
"""How many messages are erased before the next look at the clock."""
_EVER: Final = 2**62
"""Above all seqs."""
_Message = tuple[int, str, int]
"""The seq, the ID and the sender of a message."""
_HASHED: Final = "#"
"""Begins the hash of an ID; no ID has it."""

MARK: Final = """
INSERT INTO to_erase VALUES (?, ?, ?) ON CONFLICT (conversation, seq)
DO UPDATE SET last_seq = excluded.last_seq WHERE to_erase.last_seq < excluded.last_seq
"""
MARK_ALL: Final = f"""
INSERT INTO to_erase SELECT conversation, 1, {_EVER} FROM members WHERE account = ?
ON CONFLICT (conversation, seq) DO UPDATE SET last_seq = excluded.last_seq
"""
"""Marks all conversations of an account."""
MARK_EARLIER: Final = """
INSERT INTO to_erase SELECT DISTINCT c.key, 1, c.last_seq
FROM conversations c JOIN members m ON m.conversation = c.key JOIN accounts a ON a.key = m.account
WHERE m.cleared_seq > 0 OR a.deleted_at IS NOT NULL OR EXISTS (
    SELECT 1 FROM hidden h WHERE h.conversation = c.key AND h.account = m.account
)
ON CONFLICT (conversation, seq) DO UPDATE SET last_seq = excluded.last_seq
"""
"""Marks what members have hidden or cleared before there was the table."""

_NEXT: Final = """
SELECT e.conversation, e.seq,
    CASE WHEN e.last_seq < c.last_seq THEN e.last_seq ELSE c.last_seq END, c.first_seq
FROM to_erase e JOIN conversations c ON c.key = e.conversation
ORDER BY e.conversation, e.seq LIMIT 1
"""
_UNMARK: Final = "DELETE FROM to_erase WHERE conversation = ? AND seq = ?"
_FLOORS: Final = """
SELECT CASE WHEN m.joined_seq < m.cleared_seq THEN m.cleared_seq ELSE m.joined_seq END, m.account
FROM members m
JOIN accounts a ON a.key = m.account WHERE m.conversation = ? AND a.deleted_at IS NULL ORDER BY 1
"""
_IN_RANGE: Final = """
SELECT seq, msg_id, sender FROM messages WHERE conversation = ? AND seq BETWEEN ? AND ?
"""
_HIDDEN: Final = """
SELECT h.seq, m.msg_id, m.sender FROM hidden h
JOIN messages m ON m.conversation = h.conversation AND m.seq = h.seq
WHERE h.conversation = ? AND h.account = ? AND h.seq BETWEEN ? AND ? ORDER BY h.seq LIMIT ?
"""
_IS_HIDDEN: Final = "SELECT 1 FROM hidden WHERE conversation = ? AND account = ? AND seq = ?"
_ERASE: Final = """
UPDATE messages SET msg_id = ?, text = '', data = ?, cloud_custom_data = '', msg_body = ''
WHERE conversation = ? AND seq = ?
"""
_HAS_ERASED: Final = f"""
SELECT 1 FROM messages WHERE sender = ? AND msg_id >= '{_HASHED}' AND msg_id < '$' LIMIT 1
"""
_RAISE_FIRST: Final = "UPDATE conversations SET first_seq = ? WHERE key = ?"


def hashed(msg_id: str) -> str:
    """Return what stays of a message's ID when it is erased."""
    return _HASHED + hashlib.blake2b(msg_id.encode(), digest_size=16).hexdigest()


class Eraser:
    """Erases what ``to_erase`` has."""

    def __init__(self, on_erased: Callable[[list[tuple[int, int]]], None]) -> None:
        """Start; there may be something to erase.

        Args:
            on_erased: Called with the conversation and seq of each message, before the commit.
        """
        self._on_erased = on_erased
        self._senders: dict[int, bool] = {}
        """Whether messages of an account are erased, as far as it was asked."""
        self.has_more = True
        """Whether there may be messages to erase."""

    def has_erased(self, database: Database, sender: int) -> bool:
        """Tell whether messages of an account are erased, so that their IDs are hashes."""
        found = self._senders.get(sender)
        if found is None:
            found = database.execute(_HAS_ERASED, (sender,)).fetchone() is not None
            self._senders[sender] = found
        return found

    def erase_some(self, database: Database, seconds: float) -> None:
        """Erase messages for so many seconds, in the transaction that has begun."""
        ends = time.perf_counter() + seconds
        while self.has_more:
            found = database.execute(_NEXT).fetchone()
            if found is None:
                self.has_more = False
            else:
                self._erase_part(database, *found)
            if time.perf_counter() >= ends:
                return

    def _erase_part(
        self, database: Database, conversation: int, seq: int, last: int, first_seq: int
    ) -> None:
        """Erase the first messages of a row of ``to_erase``, and shorten the row."""
        floors: list[tuple[int, int]] = database.execute(_FLOORS, (conversation,)).fetchall()
        lowest = floors[0][0] if floors else last
        # All below ``first_seq`` is erased.
        start, end = max(seq, first_seq), last
        if start <= lowest or not floors:
            end = min(last, lowest, start + _AT_ONCE - 1)
            unseen = database.execute(_IN_RANGE, (conversation, start, end)).fetchall()
            if start == first_seq and start <= end:
                database.execute(_RAISE_FIRST, (end + 1, conversation))
        else:
            # Only what the member with the lowest floor has hidden can be invisible to all.
            ((_, account), *others) = floors
            asked = (conversation, account, start, last, _AT_ONCE)
            hidden = database.execute(_HIDDEN, asked).fetchall()
            unseen = [one for one in hidden if _is_unseen(database, conversation, one[0], others)]
            if len(hidden) == _AT_ONCE:
                end = hidden[-1][0]
        self._erase(database, conversation, unseen)
        database.execute(_UNMARK, (conversation, seq))
        if end < last:
            database.execute(MARK, (conversation, end + 1, last))

    def _erase(self, database: Database, conversation: int, unseen: Iterable[_Message]) -> None:
        erased = [one for one in unseen if not one[1].startswith(_HASHED)]
        values = [(hashed(msg_id), b"", conversation, seq) for seq, msg_id, _ in erased]
        database.executemany(_ERASE, values)
        self._senders.update((sender, True) for _, _, sender in erased)
        if erased:
            self._on_erased([(conversation, seq) for seq, _, _ in erased])


def _is_unseen(
    database: Database, conversation: int, seq: int, floors: Iterable[tuple[int, int]]
) -> bool:
    """Tell whether each of these members has hidden or cleared a message."""
    return all(
        floor >= seq or database.execute(_IS_HIDDEN, (conversation, account, seq)).fetchone()
        for floor, account in floors
    )


def _cleared(change: ConversationCleared) -> list[Statement]:
    return [(MARK, (change.conversation, 1, change.cleared_seq))]


CAUSES: Final[frozenset[type[Change]]] = frozenset(
    {AccountDeleted, ConversationCleared, MessagesHidden}
)
"""The changes after which there may be something to erase."""

STATEMENTS: Final[Mapping[type[Change], Callable[[Any], list[Statement]]]] = {
    ConversationCleared: _cleared
}
"""Functions that return the statements for each change; other modules mark with theirs."""
