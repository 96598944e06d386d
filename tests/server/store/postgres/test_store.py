"""The store in PostgreSQL: nothing is lost or doubled, whatever the server and the network do."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from imtui.server.store.postgres.connection import Connection
from imtui.server.store.postgres.lease import Lease
from imtui.server.store.postgres.schema import SCHEMA_VERSION
from imtui.server.store.postgres.store import PostgresStore
from imtui.server.store.store import FinalError, StoreError
from tests.server.store.postgres.cluster import PostgresServer
from tests.server.store.postgres.opening import Stores, until
from tests.server.store.sql.stores import CREATED, PEOPLE, sent


@pytest.fixture
def store(stores: Stores) -> PostgresStore:
    store = stores.leading()
    store.write([*PEOPLE, CREATED, sent(1)])
    store.commit()
    return store


def committed(store: PostgresStore) -> bool:
    try:
        store.commit()
    except StoreError:
        return False
    return True


class Cut:
    """A commit after which nobody knows whether it is durable."""

    def __init__(self, stores: Stores, store: PostgresStore, *, is_durable: bool) -> None:
        self._stores = stores
        self._store = store
        self._is_durable = is_durable
        self._commit = store.connection.commit

    def __call__(self) -> None:
        if self._is_durable:
            self._commit()
        self._stores.end_session(self._store)
        raise ConnectionError("the connection is lost")


def seqs(store: PostgresStore) -> list[int]:
    return [seq for (seq,) in store._rows("SELECT seq FROM messages ORDER BY seq")]


@pytest.mark.parametrize("is_durable", [True, False])
@pytest.mark.parametrize("cuts", [1, 2])
@pytest.mark.parametrize("what", ["batch", "erasing", "nothing"])
def test_a_commit_whose_outcome_is_unknown_is_made_once(
    stores: Stores, store: PostgresStore, is_durable: bool, cuts: int, what: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for number in range(cuts):
            if what == "batch":
                store.write([sent(2 + number)])
            cut = Cut(stores, store, is_durable=is_durable)
            patch.setattr(store.connection, "commit", cut)
            if what == "erasing":
                with pytest.raises(StoreError):
                    store.erase_some()
            else:
                patch.setattr(store._lease, "_is_loading", True)
                assert not committed(store)
            patch.undo()
    last = 1 + cuts * (what == "batch")
    # What comes before it is known is neither lost nor taken for committed.
    store.write([sent(last + 1)])
    with suppress(StoreError):
        store.archive.find(1, "m1")
    until(lambda: committed(store))
    assert seqs(store) == [*range(1, last + 2)]
    store.write([sent(last + 2)])
    store.commit()
    (conversation,) = store.load().conversations
    assert conversation.last_seq == last + 2
    assert seqs(store) == [*range(1, last + 3)]


def test_the_first_commit_after_a_start_is_made_once(stores: Stores) -> None:
    store = stores.open()
    until(store.take_over)
    store.app_key(None)
    store.load()
    store.started()
    store.write([*PEOPLE, CREATED, sent(1)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.connection, "commit", Cut(stores, store, is_durable=False))
        assert not committed(store)
    until(lambda: committed(store))
    assert seqs(store) == [1]


def test_a_session_that_is_lost_in_a_transaction_loses_nothing_of_the_batch(
    stores: Stores, store: PostgresStore
) -> None:
    store.write([sent(2)])
    assert store.archive.find(1, "m2") is not None
    stores.end_session(store)
    until(lambda: not store.connection.is_open)
    with suppress(StoreError):
        store.archive.find(1, "m1")
    store.write([sent(3)])
    until(lambda: committed(store))
    assert seqs(store) == [1, 2, 3]


def test_a_message_that_is_sent_twice_at_once_is_found(store: PostgresStore) -> None:
    store.read_ahead([(1, "m2"), (1, "m9")])
    store.write([sent(2)])
    store.read_ahead([(1, "m2"), (1, "m10")])
    assert store.archive.find(1, "m2") is not None
    store.commit()
    assert store.archive.find(1, "m2") is not None


def test_a_row_that_is_refused_ends_the_core(stores: Stores, store: PostgresStore) -> None:
    store.write([sent(2), sent(2)])
    with pytest.raises(FinalError, match="refuses a row") as refusal:
        store.commit()
    assert "m2" not in str(refusal.value)
    # It is not taken for one that has extended its lease.
    other = stores.open()
    until(other.take_over)
    assert not store.is_current


def test_without_its_session_a_store_is_not_current(stores: Stores, store: PostgresStore) -> None:
    assert store.is_current
    stores.end_session(store)
    until(lambda: not store.is_current)
    until(lambda: committed(store))
    assert store.is_current


def test_what_could_not_be_written_is_written_once_the_server_is_back(
    server: PostgresServer, store: PostgresStore
) -> None:
    store.write([sent(2)])
    server.stop()
    for _ in range(3):
        with pytest.raises(StoreError, match=r"^PostgreSQL cannot be reached: .*\.$"):
            store.commit()
        with pytest.raises(StoreError):
            store.archive.find(1, "m1")
    server.start()
    store.commit()
    found = store.archive.find(1, "m2")
    assert found is not None
    assert found.seq == 2


FILL = """
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
END $$;
CREATE TRIGGER fill BEFORE INSERT ON messages EXECUTE FUNCTION fill();
"""
"""Refuses messages as PostgreSQL does on a full disk."""


def test_a_full_disk_is_told_and_nothing_is_lost(store: PostgresStore) -> None:
    store.connection.script(FILL)
    store.write([sent(2)])
    for _ in range(3):
        with pytest.raises(
            StoreError, match=r"^PostgreSQL has a full disk. Free some space \(.*\)\.$"
        ):
            store.commit()
    store.connection.script("DROP FUNCTION fill CASCADE")
    store.commit()
    assert seqs(store) == [1, 2]


def test_a_read_that_fails_loses_nothing_of_the_batch(stores: Stores, store: PostgresStore) -> None:
    store.write([sent(2)])
    stores.end_session(store)
    with suppress(StoreError):
        store.archive.find(1, "m2")
    until(lambda: committed(store))
    assert store._rows("SELECT count(*) FROM messages") == [(2,)]


def test_what_was_read_ahead_is_true_also_after_a_message_was_sent(store: PostgresStore) -> None:
    executed: list[str] = []
    execute = store.connection.execute

    def noting(sql: str, values: Any = (), /) -> Any:
        executed.append(sql)
        return execute(sql, values)

    assert store.archive.find(1, "m9") is None
    store.read_ahead([(1, "m1"), (1, "m2"), (1, "m3"), (2, "m1")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.connection, "execute", noting)
        assert store.archive.find(1, "m2") is store.archive.find(1, "m3") is None
        assert executed == []
    for commits in (False, True):
        store.write([] if commits else [sent(2)])
        if commits:
            store.commit()
        found = store.archive.find(1, "m2")
        assert found is not None
        assert found.seq == 2
    assert store.archive.find(1, "m1") is not None


def test_reading_ahead_without_a_server_loses_nothing(
    server: PostgresServer, store: PostgresStore
) -> None:
    store.write([sent(2)])
    server.stop()
    store.read_ahead([(1, "m2"), (1, "m3")])
    server.start()
    until(lambda: committed(store))
    assert store.archive.find(1, "m2") is not None


def test_a_newer_database_is_left_alone_and_to_others(stores: Stores, store: PostgresStore) -> None:
    store.connection.script(f"UPDATE lease SET schema_version = {SCHEMA_VERSION + 1}")
    store.close()
    older, newer = stores.open(), stores.open()
    with pytest.raises(StoreError, match="of a newer imtui"):
        older.take_over()
    older.connection.open()
    older.connection.script(f"UPDATE lease SET schema_version = {SCHEMA_VERSION}")
    until(newer.take_over)


def test_an_older_node_that_is_overtaken_while_it_takes_the_lease_gives_it_back(
    stores: Stores, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    older, newer = stores.open(), stores.open()
    take = older._lease.take

    def late(address: str) -> bool:
        taken = take(address)
        older.connection.script(f"UPDATE lease SET schema_version = {SCHEMA_VERSION + 1}")
        return taken

    monkeypatch.setattr(older._lease, "take", late)
    until(lambda: older.look().is_free)
    with pytest.raises(StoreError, match="of a newer imtui"):
        older.take_over()
    until(lambda: newer.look().is_free)


def test_why_tables_cannot_be_made_is_told(
    stores: Stores, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.connection.script("UPDATE lease SET schema_version = 0")
    store.close()
    fill = "DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$;"
    module = "imtui.server.store.postgres.store.next_step"
    monkeypatch.setattr(module, lambda version: (SCHEMA_VERSION, fill))
    other = stores.open()
    until(lambda: other.look().is_free)
    with pytest.raises(StoreError, match="has a full disk"):
        other.take_over()


@pytest.fixture
def refused(server: PostgresServer) -> Iterator[Callable[[str], str]]:
    """Return what tells why a store cannot be opened."""
    opened: list[Connection] = []

    def open_store(dsn: str) -> str:
        opened.append(Connection(dsn))
        with pytest.raises(StoreError) as refusal:
            PostgresStore(opened[-1], Lease(opened[-1], "test"))
        return str(refusal.value)

    yield open_store
    for connection in opened:
        connection.close()


def test_what_is_wrong_with_an_address_is_told(
    server: PostgresServer, refused: Callable[[str], str]
) -> None:
    assert "has no such database. Create it" in refused(server.dsn("nothing"))
    folder = server.folder
    assert "cannot be reached" in refused(f"postgresql://x@/postgres?host={folder}/nowhere")
    assert "does not let this role in" in refused(f"postgresql://nobody@/postgres?host={folder}")


def test_a_role_that_may_too_little_is_told(stores: Stores, refused: Callable[[str], str]) -> None:
    admin = stores.open()
    admin.connection.script("CREATE ROLE guest LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    dsn = stores.dsn.replace("imtui@", "guest@")
    assert "does not allow that to this role" in refused(dsn)
