"""Transactions that only the holder of the lease can commit, each once."""

from imtui.server.store.postgres.connection import Connection
from imtui.server.store.postgres.lease import Lease
from imtui.server.store.sql.pending import Changes
from imtui.server.store.store import DeposedError


class Transactions:
    """Numbers the transactions, so that one whose end is unknown is found out about."""

    def __init__(self, connection: Connection, lease: Lease) -> None:
        """Start without any."""
        self._connection = connection
        self._lease = lease
        self._number = 1
        """The number of the next transaction."""
        self.uncertain: list[Changes] = []
        """What may have been committed, by the transaction before."""

    def taken(self) -> None:
        """Note that the lease was taken: the numbers begin anew."""
        self._number = 1

    def begin(self) -> None:
        """Begin a transaction, unless it has begun.

        Raises:
            DeposedError: Another node has taken over. Also what the connection raises.
        """
        if self._connection.in_transaction:
            return
        self._connection.open()
        self._connection.begin()
        try:
            if self.uncertain and self._lease.last_batch() == self._number - 1:
                self.uncertain.clear()
            self._lease.extend(self._number)
        except DeposedError:
            self._connection.rollback()
            raise

    def execute_uncertain(self) -> None:
        """Execute again what the transaction before did not make durable."""
        for changes in self.uncertain:
            changes.batch.undone()
            changes.execute(self._connection)
            changes.execute_callbacks(self._connection)

    def end(self) -> None:
        """Commit the transaction; raises what the connection raises, and it may be durable then."""
        self._number += 1
        self._connection.commit()
        self._lease.confirm()
