"""Stores of one database in PostgreSQL."""

from collections.abc import Callable

from imtui.server.store.postgres.connection import Connection
from imtui.server.store.postgres.lease import Lease
from imtui.server.store.postgres.store import PostgresStore
from tests.server.store.postgres.cluster import PostgresServer

TTL = 0.5
_ATTEMPTS = 10_000

Open = Callable[[], PostgresStore]


class Stores:
    """Opens stores of one database, and closes them in the end."""

    def __init__(self, server: PostgresServer, test: str) -> None:
        self.server = server
        self.dsn = server.database(test)
        self._opened: list[PostgresStore] = []

    def open(self) -> PostgresStore:
        """Return a store that does not have the lease yet."""
        connection = Connection(self.dsn)
        self._opened.append(PostgresStore(connection, Lease(connection, "test", TTL)))
        return self._opened[-1]

    def leading(self) -> PostgresStore:
        """Return a store that has the lease, and has loaded everything."""
        store = self.open()
        until(store.take_over)
        store.load()
        store.started()
        store.commit()
        return store

    def end_session(self, store: PostgresStore) -> None:
        """End the session of a store, as a lost connection does."""
        other = Connection(self.dsn)
        other.open()
        other.execute("SELECT pg_terminate_backend(?, 5000)", (store.connection.pid,))
        other.close()

    def close(self) -> None:
        for store in self._opened:
            store.close()


def until(happens: Callable[[], bool]) -> None:
    """Ask until it has happened; each time, PostgreSQL is asked and takes a moment."""
    assert any(happens() for _ in range(_ATTEMPTS))
