"""SQLite stores for the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imtui.server.store.sqlite.store import SQLiteStore
from tests.server.store.engines import AnyStore
from tests.server.store.sql import stores


@contextmanager
def opened(path: Path) -> Iterator[SQLiteStore]:
    """Open and load a store, and close it in the end; what is not committed is gone."""
    with stores.opened(path) as store:
        yield in_sqlite(store)


def in_sqlite(store: AnyStore | None) -> SQLiteStore:
    """Return a store that is one in SQLite."""
    assert isinstance(store, SQLiteStore)
    return store
