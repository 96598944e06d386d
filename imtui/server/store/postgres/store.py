"""The store in a PostgreSQL database."""

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from msgspec import structs

from imtui.protocol.app_key import DEFAULT_SDK_APP_ID, AppKey, new_secret
from imtui.server.core.archive import Archive
from imtui.server.core.change import Change
from imtui.server.core.messages.changes import MessageSent
from imtui.server.core.stored import StoredApp
from imtui.server.instant import Instant
from imtui.server.store.postgres.archive import ABSENT, PostgresArchive
from imtui.server.store.postgres.connection import Connection
from imtui.server.store.postgres.failures import FAILURES, cannot
from imtui.server.store.postgres.lease import LOADING, Lease
from imtui.server.store.postgres.pooling import is_pooled_by_transaction
from imtui.server.store.postgres.schema import EMPTY, FIRST_LEASE, LEASE, SCHEMA_VERSION
from imtui.server.store.postgres.transactions import Transactions
from imtui.server.store.sql import callbacks, keys
from imtui.server.store.sql.archive import SEARCHED_MAX, IsEnough, Values
from imtui.server.store.sql.loading import load_app
from imtui.server.store.sql.pending import Pending
from imtui.server.store.store import StoreError
from imtui.server.webhook.request import OutgoingCallback

_KEY_SIZE: Final = 32
_ABSENT_MAX: Final = 10_000
"""How many IDs of messages are known not to be stored at most."""


class PostgresStore:
    """Stores each batch of changes as one transaction, as long as it has the lease.

    The transaction begins with the commit, or earlier if a read has to see the batch.
    """

    def __init__(
        self, connection: Connection, lease: Lease, searched_max: int = SEARCHED_MAX
    ) -> None:
        """Connect, and create the row of the lease if there is none; ``take_over`` comes next.

        Args:
            connection: A session of its own.
            lease: The lease that it takes.
            searched_max: How many messages a search in the archive steps through at most.

        Raises:
            StoreError: The database cannot be used.
        """
        self.connection = connection
        """The session; others may use it only between two batches."""
        self._lease = lease
        self._searched_max = searched_max
        # Where a database is shared, edges keep the connections.
        self._pending = Pending(keeps_statuses=True)
        self._failure: StoreError | None = None
        """Why the batch could not be executed; only a commit retries it."""
        self.transactions = Transactions(connection, lease)
        self._absent: set[tuple[int, str]] = set()
        """Senders and IDs under which no message is stored."""
        try:
            connection.open()
            if is_pooled_by_transaction(connection, connection.another):
                raise StoreError(
                    "PostgreSQL is reached through a pool by transaction. Use a pool by session, "
                    "or none."
                )
            connection.script(LEASE)
            connection.execute(FIRST_LEASE, (secrets.token_bytes(_KEY_SIZE),))
        except FAILURES as error:
            raise cannot(error) from error

    def join(self) -> tuple[bytes, int]:
        """Return the key of links between nodes, and the first of some numbers for edges.

        Raises:
            StoreError: The database cannot be used.
        """
        try:
            self.connection.open()
            return self._lease.join()
        except FAILURES as error:
            raise cannot(error) from error

    def core_address(self) -> str:
        """Return where edges reach the core of another node; empty if nowhere.

        Raises:
            StoreError: The database cannot be used.
        """
        try:
            self.connection.open()
            return self._lease.core_address()
        except FAILURES as error:
            raise cannot(error) from error

    def take_over(self, address: str = "") -> bool:
        """Take the lease if nobody has it, and tell whether this store may write from now on.

        Args:
            address: Where edges of other nodes reach this node's core; empty if nowhere.

        Raises:
            StoreError: The database cannot be used, or is of a newer version.
        """
        try:
            self.connection.open()
            # Before it is taken: a node that cannot serve must not keep it from others.
            version = self._lease.schema_version()
            if version > SCHEMA_VERSION:
                raise StoreError("The database is of a newer imtui. Update imtui on this machine.")
            if not self._lease.take(address):
                return False
            self.transactions.taken()
            if version == 0:
                self.connection.script(f"BEGIN; {EMPTY} COMMIT;")
        except FAILURES as error:
            self.connection.drop()
            raise cannot(error) from error
        return True

    def clock(self) -> Instant:
        """Return the time; the wall clock is PostgreSQL's."""
        return Instant(time.monotonic(), int(self._lease.wall_time() * 1000))

    def load(self) -> StoredApp:
        """Count this start, durably, and return everything that was stored.

        Raises:
            StoreError: The database cannot be read or written.
        """
        try:
            with self.connection.patience(LOADING):
                self._pending.load(self._rows)
                stored = load_app(self._rows)
            self.transactions.begin()
            self.connection.execute("UPDATE app SET start = ?", (self._lease.epoch,))
            self.transactions.end()
        except (*FAILURES, ValueError, IndexError) as error:
            raise self._undo(error) from error
        return structs.replace(stored, start=self._lease.epoch)

    def app_key(self, given: AppKey | None) -> AppKey:
        """Return the app's newest key; if there is none yet, store the given one, or a new one.

        Raises:
            StoreError: The database cannot be read or written.
        """
        try:
            self.transactions.begin()
            known = keys.load_key_ring(self._rows)
            key = given or AppKey(DEFAULT_SDK_APP_ID, new_secret())
            if not known.keys:
                self.connection.execute(*keys.first_key(key))
            self.transactions.end()
        except FAILURES as error:
            raise self._undo(error) from error
        return known.newest if known.keys else key

    def write(self, changes: Iterable[Change]) -> None:
        """Add the changes that outlive a restart to the batch; ``commit`` makes them durable."""
        changes = list(changes)
        self._pending.write(changes)
        for change in changes:
            if isinstance(change, MessageSent) and change.stored is not None:
                self._absent.discard((change.stored.sender, change.stored.msg_id))

    def read_ahead(self, wanted: Sequence[tuple[int, str]]) -> None:
        """Look at once for messages that may be sent again, by senders and IDs.

        If that fails, each is looked for when it is its turn.
        """
        if len(self._absent) > _ABSENT_MAX:
            self._absent.clear()
        try:
            found = self.connection.execute(ABSENT, tuple(zip(*wanted, strict=True)))
        except FAILURES as error:
            self._undo(error)
        else:
            has_sent = self._pending.has_sent
            self._absent.update(key for key in found.fetchall() if not has_sent(*key))

    def callbacks(self) -> list[OutgoingCallback]:
        """Return the callbacks that wait to be sent, the oldest first.

        Raises:
            StoreError: The database cannot be read.
        """
        try:
            return callbacks.load(self._rows)
        except (*FAILURES, ValueError) as error:
            raise cannot(error) from error

    def queue_callbacks(self, callbacks: Iterable[OutgoingCallback]) -> None:
        """Add callbacks to the batch; ``commit`` makes them durable."""
        self._pending.queue_callbacks(callbacks)

    def forget_callbacks(self, numbers: Iterable[int]) -> None:
        """Add the removal of callbacks, by their numbers, to the batch."""
        self._pending.forget_callbacks(numbers)

    def commit(self) -> None:
        """Make the batch durable atomically, and extend the lease if that is due.

        Raises:
            StoreError: The commit failed; the next one retries the batch. DeposedError if another
                node has taken over: then no other one can succeed.
        """
        if not (self._pending.needs_commit or self.transactions.uncertain or self._lease.is_due):
            return
        self._failure = None
        try:
            self.transactions.begin()
            self.transactions.execute_uncertain()
            self._pending.execute(self.connection)
        except FAILURES as error:
            raise self._undo(error) from error
        try:
            self.transactions.end()
        except FAILURES as error:
            # It may be durable, or not, or not yet on a standby: the next one finds out.
            self.transactions.uncertain.append(self._pending.take())
            raise self._undo(error) from error
        self.transactions.uncertain.clear()
        self._pending.committed()

    @property
    def is_shared(self) -> bool:
        """Return True: another node may take over."""
        return True

    @property
    def is_current(self) -> bool:
        """Tell whether what was read is still true: no other node can have taken over yet."""
        return self._lease.is_held

    @property
    def on_erased(self) -> Callable[[list[tuple[int, int]]], None]:
        """Called with the conversation and seq of each erased message, before the commit."""
        return self._pending.on_erased

    @on_erased.setter
    def on_erased(self, on_erased: Callable[[list[tuple[int, int]]], None]) -> None:
        self._pending.on_erased = on_erased

    @property
    def has_more_to_erase(self) -> bool:
        """Tell whether there may be messages to erase that nobody can see any more."""
        return self._pending.eraser.has_more

    def erase_some(self) -> None:
        """Erase a part of the messages that nobody can see any more, with the next commit.

        Raises:
            StoreError: It failed; what is left is found again.
        """
        self._pending.is_erasing = True
        if not self._pending.has_changes:
            try:
                self.commit()
            finally:
                self._pending.is_erasing = False

    def rest(self) -> bool:
        """Return True: PostgreSQL does its maintenance itself."""
        return True

    def started(self) -> None:
        """Note that the backend started successfully: the lease is extended often from now on."""
        self._lease.loaded()

    @property
    def archive(self) -> Archive:
        """Return the messages, including the batch; reading them raises StoreError."""
        archive = PostgresArchive(
            self._find,
            self._find_durable,
            self._pending.has_sent,
            self._has_erased,
            self._searched_max,
        )
        archive.absent = self._absent
        return archive

    def close(self) -> None:
        """Give the lease back, and end the session; uncommitted changes are lost."""
        self.connection.close()

    def _find(self, sql: str, values: Values, is_enough: IsEnough | None = None) -> list[Any]:
        """Read messages, including the batch."""
        if self._failure is None and not self._pending.is_readable:
            try:
                self.transactions.begin()
                self._pending.execute_batch(self.connection)
            except FAILURES as error:
                raise self._undo(error) from error
        return self._find_durable(sql, values, is_enough)

    def _find_durable(
        self, sql: str, values: Values, is_enough: IsEnough | None = None
    ) -> list[Any]:
        """Read messages that the batch does not touch."""
        if self._failure is not None:
            raise self._failure
        assert not isinstance(values, dict)
        try:
            self.connection.open()
            found = self.connection.execute(sql, tuple(values)).fetchall()
        except FAILURES as error:
            raise self._undo(error) from error
        if is_enough is not None:
            for index, row in enumerate(found):
                if is_enough(row):
                    return found[: index + 1]
        return found

    def _has_erased(self, sender: int) -> bool:
        if self._failure is not None:
            raise self._failure
        try:
            self.connection.open()
            return self._pending.eraser.has_erased(self.connection, sender)
        except FAILURES as error:
            raise self._undo(error) from error

    def _undo(self, error: BaseException) -> StoreError:
        if self.connection.in_transaction:
            self.connection.rollback()
        self._pending.undone()
        failure = cannot(error)
        if self._pending.has_changes or self.transactions.uncertain:
            self._failure = failure
        return failure

    def _rows(self, sql: str) -> list[Any]:
        return self.connection.execute(sql).fetchall()
