"""The lease: at any time one store at most may write."""

from contextlib import suppress

import pytest

from imtui.server.core.archive import View
from imtui.server.store.postgres.lease import boot_time
from imtui.server.store.postgres.store import PostgresStore
from imtui.server.store.store import DeposedError, StoreError
from tests.server.store.postgres.opening import TTL, Stores, until
from tests.server.store.sql.stores import ACCOUNTS, PEOPLE

EXPIRES = "SELECT expires FROM lease"


def is_deposed(store: PostgresStore) -> bool:
    """Tell whether a store learns that it may not write any more."""
    try:
        store.commit()
    except DeposedError:
        return True
    except StoreError:
        return False
    pytest.fail("it has written")


def test_only_one_has_it_and_gives_it_back_at_its_end(stores: Stores) -> None:
    first, second = stores.leading(), stores.open()
    first.write(PEOPLE)
    first.commit()
    assert first.is_current
    assert not second.take_over()
    assert not second.is_current
    first.close()
    until(second.take_over)
    stored = second.load()
    assert (stored.start, stored.accounts) == (2, ACCOUNTS)


def test_whoever_was_stopped_for_too_long_writes_nothing_any_more(stores: Stores) -> None:
    first, second = stores.leading(), stores.open()
    first.write(PEOPLE)
    until(second.take_over)
    assert second.load().accounts == []
    assert not first.is_current
    until(lambda: is_deposed(first))
    assert is_deposed(first)
    second.write(PEOPLE)
    second.commit()
    assert second.load().accounts == ACCOUNTS


def test_an_open_transaction_of_whoever_was_stopped_keeps_nobody_waiting(stores: Stores) -> None:
    first, second = stores.leading(), stores.open()
    first.write(PEOPLE)
    # A read that has to see the batch begins the transaction of its commit.
    assert first.archive.at(View(1, 1, 0), [1]) == []
    until(second.take_over)
    assert second.load().accounts == []
    until(lambda: is_deposed(first))


def test_a_lost_session_does_not_lose_the_lease(stores: Stores) -> None:
    first, second = stores.leading(), stores.open()
    stores.end_session(first)
    first.write(PEOPLE)
    with suppress(StoreError):
        first.commit()
    first.commit()
    assert not second.take_over()
    assert first.load().accounts == ACCOUNTS


def test_a_holder_that_has_nothing_to_write_extends_it(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stores.leading()
    ((before,),) = store._rows(EXPIRES)
    store.commit()
    assert store._rows(EXPIRES) == [(before,)]
    due = boot_time() + TTL / 2
    monkeypatch.setattr(store._lease, "_clock", lambda: due)
    store.commit()
    ((after,),) = store._rows(EXPIRES)
    assert after > before
