"""The store in a PostgreSQL database."""

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
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
from imtui.server.store.postgres.lease import LOADING, Lease, Seen
from imtui.server.store.postgres.pooling import is_pooled_by_transaction
from imtui.server.store.postgres.schema import FIRST_LEASE, LEASE, SCHEMA_VERSION, next_step
from imtui.server.store.postgres.transactions import Transactions
from imtui.server.store.sql import callbacks, keys
from imtui.server.store.sql.archive import SEARCHED_MAX, IsEnough, Values
from imtui.server.store.sql.loading import load_app
from imtui.server.store.sql.store import SQLStore
from imtui.server.store.store import DeposedError, StoreError
from imtui.server.webhook.request import OutgoingCallback

_KEY_SIZE: Final = 32
_ABSENT_MAX: Final = 10_000
"""How many IDs of messages are known not to be stored at most."""


class PostgresStore(SQLStore):
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
        # Where a database is shared, edges keep the connections.
        super().__init__(searched_max, keeps_statuses=True)
        self.connection = connection
        """The session; others may use it only between two batches."""
        self._lease = lease
        self.transactions = Transactions(connection, lease)
        self._absent: set[tuple[int, str]] = set()
        """Senders and IDs under which no message is stored."""
        with self._told():
            connection.open()
            if is_pooled_by_transaction(connection, connection.another):
                raise StoreError(
                    "PostgreSQL is reached through a pool by transaction. Use a pool by session, "
                    "or none."
                )
            connection.script(LEASE)
            connection.execute(FIRST_LEASE, (secrets.token_bytes(_KEY_SIZE),))

    def join(self) -> tuple[bytes, int]:
        """Return the key of links between nodes, and the first of some numbers for edges.

        Raises:
            StoreError: The database cannot be used.
        """
        with self._told():
            self.connection.open()
            return self._lease.join()

    def look(self) -> Seen:
        """Return what a node sees that stands by, at the cost of one query.

        Raises:
            StoreError: The database cannot be used.
        """
        with self._told():
            self.connection.open()
            return self._lease.look()

    def take_over(self, address: str = "") -> bool:
        """Take the lease if nobody has it, and tell whether this store may write from now on.

        Args:
            address: Where edges of other nodes reach this node's core; empty if nowhere.

        Raises:
            StoreError: The database cannot be used, or is of a newer version.
        """
        # Before it is taken: a node that cannot serve must not keep it from others.
        if lacks := self.look().lacks:
            raise StoreError(lacks)
        try:
            if not self._lease.take(address):
                return False
            self.transactions.taken()
            seen = self._lease.look()
            if seen.lacks:
                # A newer node has had it meanwhile.
                self.connection.drop()
                raise StoreError(seen.lacks)
            self._bring_up_to_date(seen.schema_version)
        except FAILURES as error:
            self.connection.drop()
            raise cannot(error) from error
        except DeposedError:
            self.connection.drop()
            raise
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
        with self._undone():
            self.transactions.begin()
            known = keys.load_key_ring(self._rows)
            key = given or AppKey(DEFAULT_SDK_APP_ID, new_secret())
            if not known.keys:
                self.connection.execute(*keys.first_key(key))
            self.transactions.end()
        return known.newest if known.keys else key

    def write(self, changes: Iterable[Change]) -> None:
        """Add the changes that outlive a restart to the batch; ``commit`` makes them durable."""
        changes = list(changes)
        super().write(changes)
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

    def commit(self) -> None:
        """Make the batch durable atomically, and extend the lease if that is due.

        Raises:
            StoreError: The commit failed; the next one retries the batch. DeposedError if another
                node has taken over: then no other one can succeed.
        """
        if not (self._pending.needs_commit or self.transactions.uncertain or self._lease.is_due):
            return
        self._failure = None
        with self._undone():
            self.transactions.begin()
            self.transactions.execute_uncertain()
            self._pending.execute(self.connection)
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

    def _bring_up_to_date(self, version: int) -> None:
        """Make the tables, or change those of an earlier version; each step is one transaction."""
        while version < SCHEMA_VERSION:
            version, statements = next_step(version)
            with self.connection.patience(LOADING):
                self.connection.begin()
                self._lease.extend(0)
                self.connection.script(statements)
                self.connection.commit()
            self._lease.confirm()

    def _find(self, sql: str, values: Values, is_enough: IsEnough | None = None) -> list[Any]:
        """Read messages, including the batch."""
        if self._failure is None and not self._pending.is_readable:
            with self._undone():
                self.transactions.begin()
                self._pending.execute_batch(self.connection)
        return self._find_durable(sql, values, is_enough)

    def _find_durable(
        self, sql: str, values: Values, is_enough: IsEnough | None = None
    ) -> list[Any]:
        """Read messages that the batch does not touch."""
        if self._failure is not None:
            raise self._failure
        assert not isinstance(values, dict)
        with self._undone():
            self.connection.open()
            found = self.connection.execute(sql, tuple(values)).fetchall()
        if is_enough is not None:
            for index, row in enumerate(found):
                if is_enough(row):
                    return found[: index + 1]
        return found

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise StoreError for what the connection raises."""
        try:
            yield
        except FAILURES as error:
            raise cannot(error) from error

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """The same, and undo the open transaction: the next one executes its batch again."""
        try:
            yield
        except FAILURES as error:
            raise self._undo(error) from error

    def _has_erased(self, sender: int) -> bool:
        if self._failure is not None:
            raise self._failure
        with self._undone():
            self.connection.open()
            return self._pending.eraser.has_erased(self.connection, sender)

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
