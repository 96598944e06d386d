"""Removing the rows about hidden messages that their members have cleared, little by little."""

from collections.abc import Callable
from typing import Any, Final

from imtui.server.core.messages.changes import ConversationCleared
from imtui.server.store.sql.statement import Database

_AT_ONCE: Final = 100
"""How many rows of a table each commit removes."""

_LEFT: Final = """
SELECT conversation, account, cleared_seq FROM members m WHERE cleared_seq > 0 AND EXISTS (
    SELECT 1 FROM hidden h WHERE h.conversation = m.conversation AND h.account = m.account
        AND h.seq <= m.cleared_seq
)
"""


def _remove(table: str, column: str) -> str:
    member = "conversation = ? AND account = ?"
    return f"""
        DELETE FROM {table} WHERE {member} AND {column} <= (
            SELECT max({column}) FROM (
                SELECT {column} FROM {table} WHERE {member} AND {column} <= ?
                ORDER BY {column} LIMIT {_AT_ONCE}
            ) AS found
        )
    """


_REMOVE: Final = (_remove("hidden", "seq"), _remove("hidden_runs", "last_seq"))


class ClearedRows:
    """The members with rows to remove; nobody sees these rows, so nothing waits for it."""

    def __init__(self) -> None:
        """Start without members."""
        self._floors: dict[tuple[int, int], int] = {}
        """Up to which seq to remove rows, by conversation and account."""
        self._is_done = False
        """Whether the last removal left nothing of the first member."""

    def __bool__(self) -> bool:
        """Tell whether there are rows to remove."""
        return bool(self._floors)

    def load(self, rows: Callable[[str], list[Any]]) -> None:
        """Find what an earlier start has left."""
        self._floors = {
            (conversation, account): cleared_seq
            for conversation, account, cleared_seq in rows(_LEFT)
        }

    def add(self, change: ConversationCleared) -> None:
        """Add a member who has cleared a conversation."""
        self._floors[change.conversation, change.account] = change.cleared_seq

    def remove_some(self, database: Database) -> None:
        """Remove some rows in the transaction that has begun; ``committed`` confirms it."""
        self._is_done = False
        if not self._floors:
            return
        (conversation, account), cleared_seq = next(iter(self._floors.items()))
        values = (conversation, account, conversation, account, cleared_seq)
        removed = [database.execute(sql, values).rowcount for sql in _REMOVE]
        self._is_done = max(removed) < _AT_ONCE

    def committed(self) -> None:
        """Note that the removal is durable."""
        if self._is_done:
            del self._floors[next(iter(self._floors))]
            self._is_done = False
