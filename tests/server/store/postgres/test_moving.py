"""Moving a database from SQLite into PostgreSQL: all that a backend reads is the same."""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from msgspec import structs

from imtui.server.core.accounts.changes import AccountRegistered
from imtui.server.core.archive import View
from imtui.server.core.stored import StoredApp
from imtui.server.store.postgres import moving
from imtui.server.store.postgres.store import PostgresStore
from imtui.server.store.sqlite.connecting import connect
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError
from tests.server.store.engines import AnyStore
from tests.server.store.postgres.opening import Stores
from tests.server.store.recorded.recording import NAMES, read_dump, read_recording, restore
from tests.server.store.sql.stores import CREATED, PEOPLE, sent
from tests.server.store.sql.test_accounts import subscribed
from tests.server.store.sql.test_archive import everything


@pytest.fixture
def target(stores: Stores) -> PostgresStore:
    return stores.leading()


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Path]:
    """Return a small database in SQLite."""
    path = tmp_path / "db"
    with closing(SQLiteStore(path)) as store:
        store.load()
        store.write([*PEOPLE, CREATED, *map(sent, range(1, 9))])
        store.commit()
    yield path


def moved(path: Path, target: PostgresStore) -> dict[str, int]:
    with closing(connect(path)) as source:
        return moving.move(source, target, lambda line: None)


def answers(store: AnyStore, stored: StoredApp) -> list[object]:
    """Return all that an archive says of each member's view of each conversation."""
    return [
        everything(store.archive, View(one.key, member.account, member.cleared_seq), edge)
        for one in stored.conversations
        for member in one.members
        for edge in range(one.last_seq + 2)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_what_was_recorded_with_earlier_versions_is_the_same(
    tmp_path: Path, stores: Stores, target: PostgresStore, name: str
) -> None:
    restore(read_dump(name), tmp_path / "data", read_recording(name))
    path = tmp_path / "data" / "imtui.db"
    SQLiteStore(path).close()
    sizes = moved(path, target)
    target.close()
    with closing(SQLiteStore(path)) as source:
        there = stores.leading()
        before, after = source.load(), there.load()
        # Revisions of statuses go on above all that there were.
        assert after.start >= before.start
        assert after == structs.replace(before, start=after.start)
        assert answers(there, after) == answers(source, before)
        assert sizes["accounts"] == len(before.accounts)


def test_it_goes_on_where_it_was(talk: Path, stores: Stores, target: PostgresStore) -> None:
    moved(talk, target)
    target.close()
    store = stores.leading()
    store.write([sent(9), AccountRegistered(4, "dora", 7), subscribed("dora")])
    store.commit()
    (conversation,) = store.load().conversations
    assert conversation.last_seq == 9


def test_a_database_with_accounts_is_left_alone(talk: Path, target: PostgresStore) -> None:
    moved(talk, target)
    with pytest.raises(StoreError, match="take an empty one"):
        moved(talk, target)
    assert target._rows("SELECT count(*) FROM messages") == [(8,)]


def test_what_ended_before_its_end_is_begun_again(
    talk: Path, stores: Stores, target: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*_: object) -> int:
        stores.end_session(target)
        raise ConnectionError("the connection is lost")

    with monkeypatch.context() as patch:
        patch.setattr(moving, "_compare", ends)
        with pytest.raises(StoreError):
            moved(talk, target)
    target.connection.open()
    assert target._rows("SELECT count(*) FROM app_keys") == [(0,)]
    assert moved(talk, target)["messages"] == 8


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE messages SET text = text || '!' WHERE seq = 5",
        "DELETE FROM messages WHERE seq = 8",
    ],
)
def test_a_copy_that_differs_is_not_taken(
    talk: Path, target: PostgresStore, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    compare = moving._compare

    def changed(source: object, connection: object, table: str, *rest: str) -> int:
        if table == "messages":
            target.connection.execute(sql)
        return compare(source, connection, table, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(moving, "_compare", changed)
    with pytest.raises(StoreError, match="of messages is not the same"):
        moved(talk, target)
    with suppress(StoreError):
        target.commit()
    assert target._rows("SELECT count(*) FROM accounts") == [(0,)]
