"""The engines of the store, which pass the same tests: the name of a database tells its engine."""

import threading
from pathlib import Path
from typing import Any, Final

from imtui.server.store.postgres.connection import Connection
from imtui.server.store.postgres.lease import Lease
from imtui.server.store.postgres.store import PostgresStore
from imtui.server.store.sql.archive import SEARCHED_MAX
from imtui.server.store.sqlite.store import SQLiteStore
from tests.server.store.postgres.cluster import shared_server

SQLITE, POSTGRES = "db.sqlite", "db.postgres"
ENGINES: Final = (SQLITE, POSTGRES)
"""The names of databases, one for each engine."""

AnyStore = SQLiteStore | PostgresStore


def open_store(
    path: Path, *, searched_max: int = SEARCHED_MAX, keeps_statuses: bool = False
) -> AnyStore:
    """Open a store that nobody else has; in PostgreSQL, statuses are always kept."""
    if path.name != POSTGRES:
        return SQLiteStore(path, searched_max=searched_max, keeps_statuses=keeps_statuses)
    connection = Connection(_database(path))
    store = PostgresStore(connection, Lease(connection, "test"), searched_max)
    while not store.take_over():
        pass  # Until PostgreSQL has noticed that the session before has ended.
    return store


def query(store: AnyStore, sql: str) -> list[Any]:
    """Return what is stored, the open transaction included."""
    if isinstance(store, SQLiteStore):
        return store._database.execute(sql).fetchall()
    return store.connection.execute(sql).fetchall()


def _database(path: Path) -> str:
    found: list[str] = []
    # Of its own, as an event loop may be running.
    thread = threading.Thread(target=lambda: found.append(shared_server().database(str(path))))
    thread.start()
    thread.join()
    (dsn,) = found
    return dsn
