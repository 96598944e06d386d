"""Callbacks that wait to be sent: in the transaction of their change, until they are removed."""

import sqlite3
from pathlib import Path

import pytest
from msgspec import structs

from imtui.protocol.rest.callback import CallbackCommand
from imtui.server.store.sqlite.checking import check_database
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError
from imtui.server.webhook.request import CallbackRequest, OutgoingCallback
from tests.server.store.sql.stores import ACCOUNTS, PEOPLE, opened, reopened


def outgoing(number: int) -> OutgoingCallback:
    content = b'{"a": "\xc3\xa9"}'
    request = CallbackRequest(CallbackCommand.AFTER_SEND_MSG, "Linux", content, f"192.0.2.{number}")
    return OutgoingCallback(number, f"user-{number}", request, f"a b {number}")


def kept(path: Path) -> list[OutgoingCallback]:
    with opened(path) as store:
        return store.callbacks()


def test_callbacks_are_kept_in_order_until_they_are_removed(database: Path) -> None:
    path = database
    with opened(path) as store:
        assert store.callbacks() == []
        store.write(PEOPLE)
        store.queue_callbacks([outgoing(2), outgoing(1)])
        store.queue_callbacks([outgoing(3)])
        store.commit()
    assert kept(path) == [outgoing(1), outgoing(2), outgoing(3)]
    assert reopened(path).accounts == ACCOUNTS
    with opened(path) as store:
        store.forget_callbacks([1, 3])
        store.commit()
        store.forget_callbacks([2])
    assert kept(path) == [outgoing(2)]


def test_a_callback_is_committed_with_its_change_or_not_at_all(database: Path) -> None:
    path = database
    with opened(path) as store:
        store.write(PEOPLE)
        store.queue_callbacks([outgoing(1)])
    assert kept(path) == []
    assert reopened(path).accounts == []


def test_a_callback_that_is_removed_before_its_commit_is_not_written(database: Path) -> None:
    with opened(database) as store:
        store.queue_callbacks([outgoing(1), outgoing(2)])
        store.forget_callbacks([1])
        store.commit()
        assert store.callbacks() == [outgoing(2)]


def test_callbacks_of_a_commit_that_fails_are_written_by_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "db"
    with opened(path) as store:
        store.queue_callbacks([outgoing(1)])
        store.commit()
        store.write(PEOPLE)
        store.queue_callbacks([outgoing(2)])
        store.forget_callbacks([1])
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError):
            store.commit()
        other.execute("ROLLBACK")
        other.close()
        assert store.callbacks() == [outgoing(1)]
        store.commit()
    assert kept(path) == [outgoing(2)]


def test_a_database_without_the_table_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "db"
    reopened(path, PEOPLE)
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE callbacks")
    database.close()
    assert check_database(path) == []
    store = SQLiteStore(path)
    # Another backend may find the log of one that was killed.
    with opened(path) as other:
        assert other.callbacks() == []
    store.close()
    assert reopened(path).accounts == ACCOUNTS


def test_a_table_without_the_addresses_gets_them_and_keeps_its_callbacks(tmp_path: Path) -> None:
    path = tmp_path / "db"
    first, second = outgoing(1), outgoing(2)
    with opened(path) as store:
        store.queue_callbacks([first])
        store.commit()
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE callbacks DROP COLUMN client_ip")
    database.close()
    assert check_database(path) == []
    store = SQLiteStore(path)
    # Another backend may find the log of one that was killed.
    with opened(path) as other:
        unknown = structs.replace(first, request=structs.replace(first.request, client_ip=""))
        assert other.callbacks() == [unknown]
        other.queue_callbacks([second])
        other.commit()
    store.close()
    assert kept(path) == [unknown, second]
