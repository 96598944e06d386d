"""The database as it was before the migration is kept beside the new one for a while."""

import os
import time
from pathlib import Path

import pytest

from imtui.server.store.sqlite.migration.copy import KEPT_FOR, copy_of
from imtui.server.store.sqlite.store import SQLiteStore
from tests.server.store.sqlite.migration.old_databases import all_of, names, restore, version_at
from tests.server.store.sqlite.stores import opened, reopened


def test_the_database_before_is_kept_until_the_second_start_that_works(tmp_path: Path) -> None:
    path = tmp_path / "db"
    restore(path, "schema4")
    before = all_of(path)
    # One that does not come to its end is none that works.
    SQLiteStore(path).close()
    for _ in range(2):
        with opened(path) as store:
            store.started()
            assert copy_of(path).exists()
    with opened(path) as store:
        store.started()
        store.commit()
        assert version_at(copy_of(path)) == 4
        assert all_of(copy_of(path)) == before
        assert copy_of(path).stat().st_mode & 0o777 == 0o600
    with opened(path) as store:
        assert copy_of(path).exists()
        store.started()
        assert not copy_of(path).exists()
    assert names(tmp_path) == ["db"]


def test_the_database_before_is_kept_for_a_week_at_most(tmp_path: Path) -> None:
    path = tmp_path / "db"
    restore(path, "schema4")
    os.utime(path, (1, 1))
    with opened(path) as store:
        store.started()
        store.rest()
        # Counted from the migration.
        assert copy_of(path).exists()
        for age, is_kept in ((KEPT_FOR - 60, True), (KEPT_FOR + 60, False)):
            os.utime(copy_of(path), (time.time() - age, time.time() - age))
            store.rest()
            assert copy_of(path).exists() is is_kept


def test_it_needs_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError("not on this file system")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    path = tmp_path / "db"
    restore(path, "schema4")
    before = all_of(path)
    SQLiteStore(path).close()
    assert all_of(path) == before
    assert all_of(copy_of(path)) == before
    assert copy_of(path).stat().st_mode & 0o777 == 0o600


def test_what_was_kept_can_be_put_back(tmp_path: Path) -> None:
    path = tmp_path / "db"
    restore(path, "schema4")
    before = all_of(path)
    with opened(path):
        pass
    copy_of(path).replace(path)
    assert reopened(path).accounts
    assert all_of(path)[0] == before[0]
