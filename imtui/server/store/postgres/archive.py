"""The core's ``Archive`` in PostgreSQL."""

from collections.abc import Container
from typing import Final

from imtui.server.core.archive import StoredMessage, View
from imtui.server.store.sql.archive import COLUMNS, SQLArchive, Values

# Seqs have no gaps, so each step leads to the next message, or over a run of hidden ones.
_STEP: Final = """
coalesce((
    SELECT first_seq - 1 FROM (
        SELECT first_seq FROM hidden_runs r, member WHERE r.conversation = member.conversation
            AND r.account = member.account AND r.last_seq >= {seq} ORDER BY r.last_seq LIMIT 1
    ) AS run WHERE first_seq <= {seq}
), {seq})
"""
# PostgreSQL carries out as many steps as the limit outside asks for.
_BEFORE: Final = f"""
WITH RECURSIVE member (conversation, account, floor) AS (
    SELECT ?::bigint, ?::bigint, ?::bigint
), newest (seq) AS (
    SELECT max(m.seq) FROM messages m, member
    WHERE m.conversation = member.conversation AND m.seq < ?
), visible (seq) AS (
    SELECT {_STEP.format(seq="newest.seq")} FROM newest
    UNION ALL
    SELECT {_STEP.format(seq="(visible.seq - 1)")} FROM visible, member
    WHERE visible.seq > member.floor
)
SELECT {COLUMNS} FROM (SELECT seq FROM visible LIMIT ?) v, member
JOIN messages m ON m.conversation = member.conversation
WHERE m.seq = v.seq AND v.seq > member.floor ORDER BY m.seq DESC
"""


ABSENT: Final = """
SELECT w.sender, w.msg_id FROM unnest(?::bigint[], ?::text[]) AS w (sender, msg_id)
WHERE NOT EXISTS (
    SELECT 1 FROM messages m WHERE m.sender = w.sender AND m.msg_id = w.msg_id COLLATE "C"
)
"""
"""Those of some senders and IDs under which no message is stored."""


class PostgresArchive(SQLArchive):
    """Finds messages, including those that are not committed yet."""

    absent: Container[tuple[int, str]] = ()
    """Senders and IDs under which no message is known to be stored."""

    def find(self, sender: int, msg_id: str) -> StoredMessage | None:
        """Return the message that an account sent under an ID, if there is one."""
        key = (sender, msg_id)
        is_new = key in self.absent and not self._is_in_batch(*key)
        return None if is_new and not self._has_erased(sender) else super().find(*key)

    def _before(self, view: View, seq: int, count: int) -> tuple[str, Values]:
        return _BEFORE, (view.conversation, view.account, view.floor, seq, count)
