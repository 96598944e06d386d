"""The database as it was before the migration is kept beside the new one for a while."""

from pathlib import Path

import pytest

from imtui.server.store.sqlite.migration.copy import copy_of
from imtui.server.store.sqlite.store import SQLiteStore
from tests.server.store.sql.stores import reopened
from tests.server.store.sqlite.migration.old_databases import all_of, names, restore, version_at
from tests.server.store.sqlite.opening import opened


def test_the_database_before_is_kept_until_a_start_that_works_has_come_to_rest(
    tmp_path: Path,
) -> None:
    path = tmp_path / "db"
    restore(path, "schema4")
    before = all_of(path)
    # One that does not come to its end is none that works.
    SQLiteStore(path).close()
    with opened(path) as store:
        assert store.rest()
        assert version_at(copy_of(path)) == 4
        assert all_of(copy_of(path)) == before
        assert copy_of(path).stat().st_mode & 0o777 == 0o600
        store.started()
        assert copy_of(path).exists()
        assert store.rest()
        assert not copy_of(path).exists()
    assert names(tmp_path) == ["db"]


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
