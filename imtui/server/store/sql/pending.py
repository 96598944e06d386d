"""What a store was given since its last commit, and how a transaction carries it out."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from imtui.server.core.change import Change
from imtui.server.core.messages.changes import ConversationCleared, MessageSent
from imtui.server.store.sql.callbacks import CallbackUpdates
from imtui.server.store.sql.cleared import ClearedRows
from imtui.server.store.sql.erasing import CAUSES, Eraser
from imtui.server.store.sql.loading import STATEMENTS
from imtui.server.store.sql.messages import ROW_UPDATES, RowUpdates
from imtui.server.store.sql.statement import Batch, Database
from imtui.server.store.sql.statuses import KeptStatus, StatusUpdates
from imtui.server.webhook.request import OutgoingCallback

_ERASING: Final = 0.001
"""How long a commit erases messages, in seconds, if it was told to."""


class Changes:
    """The changes of a batch."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.batch = Batch()
        self.rows = RowUpdates()
        """Executed after the statements of the batch."""
        self.statuses = StatusUpdates()
        self.callbacks = CallbackUpdates()
        self.sent: set[tuple[int, str]] = set()
        """The senders and IDs of the messages among them."""

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.batch or self.rows or self.statuses or self.callbacks)

    @property
    def has_only_statuses(self) -> bool:
        """Tell whether a power cut may undo all of them for a moment."""
        return not (self.batch or self.rows or self.callbacks)

    def execute(self, database: Database) -> None:
        """Execute all but the callbacks; raises what the engine raises."""
        self.batch.execute(database)
        _execute_all(database, self.rows.statements())
        _execute_all(database, self.statuses.statements())

    def execute_callbacks(self, database: Database) -> None:
        """Execute the rest; raises what the engine raises."""
        _execute_all(database, self.callbacks.statements())


class Pending:
    """The changes that wait for a commit, and what is done beside them."""

    def __init__(self, *, keeps_statuses: bool = False) -> None:
        """Start with nothing; ``keeps_statuses`` tells whether statuses outlive a restart."""
        self._keeps_statuses = keeps_statuses
        self._changes = Changes()
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
        to_add = self._changes
        for change in changes:
            statements = STATEMENTS.get(type(change))
            if statements is not None:
                to_add.batch.add(statements(change))
            if self._keeps_statuses:
                to_add.statuses.add(change)
            if type(change) in ROW_UPDATES:
                to_add.rows.add(change)
                if isinstance(change, MessageSent) and change.stored is not None:
                    to_add.sent.add((change.stored.sender, change.stored.msg_id))
            elif type(change) in CAUSES:
                self.eraser.has_more = True
                if isinstance(change, ConversationCleared):
                    self._cleared.add(change)

    def queue_callbacks(self, queued: Iterable[OutgoingCallback]) -> None:
        """Add callbacks."""
        self._changes.callbacks.queue(queued)

    def forget_callbacks(self, numbers: Iterable[int]) -> None:
        """Add the removal of callbacks, by their numbers."""
        self._changes.callbacks.forget(numbers)

    def has_sent(self, sender: int, msg_id: str) -> bool:
        """Tell whether an account sends a message with this ID in the batch."""
        return (sender, msg_id) in self._changes.sent

    @property
    def has_changes(self) -> bool:
        """Tell whether there is anything to be written."""
        return bool(self._changes)

    @property
    def has_waiting(self) -> bool:
        """Tell whether somebody waits for the commit, which are all but noted statuses."""
        changes = self._changes
        return not changes.has_only_statuses or changes.statuses.has_waiting

    @property
    def needs_commit(self) -> bool:
        """Tell whether there is anything to do."""
        return self.has_changes or bool(self._cleared) or self.is_erasing

    @property
    def has_only_statuses(self) -> bool:
        """Tell whether there is nothing to do but to write statuses."""
        is_busy = bool(self._cleared) or self.is_erasing
        return self._changes.has_only_statuses and not is_busy

    @property
    def new_statuses(self) -> list[KeptStatus]:
        """Return the statuses that are not noted elsewhere."""
        return self._changes.statuses.new

    def statuses_noted(self) -> None:
        """Take all statuses for noted elsewhere; the next transaction has them, too."""
        self._changes.statuses.noted()

    @property
    def is_readable(self) -> bool:
        """Tell whether a read in the open transaction sees all messages."""
        return self._changes.batch.is_executed

    @property
    def has_batch(self) -> bool:
        """Tell whether there are statements that reads have to see."""
        return bool(self._changes.batch)

    def execute_batch(self, database: Database) -> None:
        """Execute what reads have to see; raises what the engine raises."""
        self._changes.batch.execute(database)

    def execute(self, database: Database) -> None:
        """Execute everything before a commit; raises what the engine raises."""
        self._changes.execute(database)
        self._cleared.remove_some(database)
        if self.is_erasing:
            self.eraser.erase_some(database, _ERASING)
        # What was erased may remove some.
        self._changes.execute_callbacks(database)

    def committed(self) -> None:
        """Note that the transaction is durable, and start anew."""
        self._cleared.committed()
        self._changes = Changes()
        self.is_erasing = False

    def undone(self) -> None:
        """Note that the transaction was rolled back: the next one erases nothing, unless asked."""
        self._changes.batch.undone()
        self.is_erasing = False
        self.eraser.has_more = True

    def take(self) -> Changes:
        """Return the changes, and start anew: it is not known whether they are durable."""
        taken, self._changes = self._changes, Changes()
        self.is_erasing = False
        self.eraser.has_more = True
        return taken


def _execute_all(
    database: Database, statements: Iterable[tuple[str, list[tuple[Any, ...]]]]
) -> None:
    for sql, rows in statements:
        if rows:
            database.executemany(sql, rows)
