"""What a store was given since its last commit, and how a transaction carries it out."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from imtui.server.core.change import Change
from imtui.server.core.messages.changes import ConversationCleared, MessageSent
from imtui.server.store.sql import callbacks, messages, statuses
from imtui.server.store.sql.cleared import ClearedRows
from imtui.server.store.sql.erasing import CAUSES, Eraser
from imtui.server.store.sql.loading import STATEMENTS
from imtui.server.store.sql.statement import Batch, Database
from imtui.server.webhook.request import OutgoingCallback

_ERASING: Final = 0.001
"""How long a commit erases messages, in seconds, if it was told to."""


class Pending:
    """The changes of a batch, and what is done beside them."""

    def __init__(self, *, keeps_statuses: bool = False) -> None:
        """Start with nothing; ``keeps_statuses`` tells whether statuses outlive a restart."""
        self._keeps_statuses = keeps_statuses
        self._batch = Batch()
        self._row_updates = messages.RowUpdates()
        """Executed after the statements of the batch."""
        self._callback_updates = callbacks.CallbackUpdates()
        """Executed with ``_row_updates``."""
        self._sent: set[tuple[int, str]] = set()
        self._cleared = ClearedRows()
        self.on_erased: Callable[[list[tuple[int, int]]], None] = lambda erased: None
        """Called with the conversation and seq of each erased message, before the commit."""
        self.eraser = Eraser(lambda erased: self.on_erased(erased))
        self.is_erasing = False
        """Whether the next commit erases messages."""

    def load(self, rows: Callable[[str], list[Any]]) -> None:
        """Find what an earlier start has left to do."""
        self._cleared.load(rows)

    def write(self, changes: Iterable[Change]) -> None:
        """Add the changes that outlive a restart."""
        for change in changes:
            statements = STATEMENTS.get(type(change))
            if statements is not None:
                self._batch.add(statements(change))
            if self._keeps_statuses and type(change) in statuses.STATEMENTS:
                self._batch.add(statuses.STATEMENTS[type(change)](change), is_lazy=True)
            if type(change) in messages.ROW_UPDATES:
                self._row_updates.add(change)
                if isinstance(change, MessageSent) and change.stored is not None:
                    self._sent.add((change.stored.sender, change.stored.msg_id))
            elif type(change) in CAUSES:
                self.eraser.has_more = True
                if isinstance(change, ConversationCleared):
                    self._cleared.add(change)

    def queue_callbacks(self, queued: Iterable[OutgoingCallback]) -> None:
        """Add callbacks."""
        self._callback_updates.queue(queued)

    def forget_callbacks(self, numbers: Iterable[int]) -> None:
        """Add the removal of callbacks, by their numbers."""
        self._callback_updates.forget(numbers)

    def has_sent(self, sender: int, msg_id: str) -> bool:
        """Tell whether an account sends a message with this ID in the batch."""
        return (sender, msg_id) in self._sent

    @property
    def has_changes(self) -> bool:
        """Tell whether somebody waits for the commit."""
        return bool(self._batch or self._row_updates or self._callback_updates)

    @property
    def needs_commit(self) -> bool:
        """Tell whether there is anything to do."""
        return self.has_changes or bool(self._cleared) or self.is_erasing

    @property
    def is_lazy(self) -> bool:
        """Tell whether a power cut may undo all of it for a moment."""
        return self._batch.is_lazy and not (self._row_updates or self._callback_updates)

    @property
    def is_readable(self) -> bool:
        """Tell whether a read in the open transaction sees all messages."""
        return self._batch.is_executed

    @property
    def has_batch(self) -> bool:
        """Tell whether there are statements that reads have to see."""
        return bool(self._batch)

    def execute_batch(self, database: Database) -> None:
        """Execute what reads have to see; raises what the engine raises."""
        self._batch.execute(database)

    def execute(self, database: Database) -> None:
        """Execute everything before a commit; raises what the engine raises."""
        self._batch.execute(database)
        _execute_all(database, self._row_updates.statements())
        self._cleared.remove_some(database)
        if self.is_erasing:
            self.eraser.erase_some(database, _ERASING)
        _execute_all(database, self._callback_updates.statements())

    def committed(self) -> None:
        """Note that the transaction is durable, and start anew."""
        self._cleared.committed()
        self._batch.clear()
        self._row_updates.clear()
        self._callback_updates.clear()
        self._sent.clear()
        self.is_erasing = False

    def undone(self) -> None:
        """Note that the transaction was rolled back."""
        self._batch.undone()


def _execute_all(
    database: Database, statements: Iterable[tuple[str, list[tuple[Any, ...]]]]
) -> None:
    for sql, rows in statements:
        if rows:
            database.executemany(sql, rows)
