"""The core's ``Archive`` in SQLite."""

from typing import Final

from imtui.server.core.archive import View
from imtui.server.store.sql.archive import COLUMNS, SQLArchive, Values

# Seqs have no gaps, so each step leads to the next message, or over a run of hidden ones.
_STEP: Final = """
SELECT ifnull((
    SELECT first_seq - 1 FROM (
        SELECT first_seq FROM hidden_runs WHERE conversation = :conversation
            AND account = :account AND last_seq >= {seq} ORDER BY last_seq LIMIT 1
    ) WHERE first_seq <= {seq}
), {seq})
"""
# The recursion finds the newest first, and the join keeps that order. To sort them, SQLite would
# read all of them first.
_BEFORE: Final = f"""
WITH RECURSIVE newest (seq) AS (
    SELECT max(seq) FROM messages WHERE conversation = :conversation AND seq < :seq
), visible (seq) AS (
    SELECT ({_STEP.format(seq="newest.seq")}) FROM newest
    UNION ALL
    SELECT ({_STEP.format(seq="(visible.seq - 1)")}) FROM visible WHERE visible.seq > :floor
    ORDER BY 1 DESC LIMIT :count
)
SELECT {COLUMNS} FROM visible v
CROSS JOIN messages m ON m.conversation = :conversation AND m.seq = v.seq
WHERE v.seq > :floor
"""


class SQLiteArchive(SQLArchive):
    """Finds messages, including those that are not committed yet."""

    def _before(self, view: View, seq: int, count: int) -> tuple[str, Values]:
        return _BEFORE, {
            "conversation": view.conversation,
            "account": view.account,
            "floor": view.floor,
            "seq": seq,
            "count": count,
        }
