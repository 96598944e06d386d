"""Keys and admins in the database: earlier databases, and secrets that are erased."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from imtui.protocol.app_key import DEFAULT_SDK_APP_ID, AppKey, KeyRing, SecretKey
from imtui.protocol.rest.role import Role
from imtui.server.core.admins.admin import Admin, StoredAdmin
from imtui.server.core.admins.changes import AdminAdded, AdminRemoved
from imtui.server.core.keys.changes import KeyRotated, KeysEnded
from tests.server.store.sql.stores import reopened
from tests.server.store.sqlite.migration.old_databases import make
from tests.server.store.sqlite.opening import opened

APP = DEFAULT_SDK_APP_ID
FIRST, SECOND, THIRD = (SecretKey(number, f"secret {number}", number) for number in (1, 2, 3))
ENDING = SecretKey(1, "secret 1", 0, 700)


def test_a_database_without_times_of_keys_and_without_admins_gets_them(tmp_path: Path) -> None:
    path = tmp_path / "db"
    with opened(path) as store:
        store.app_key(AppKey(APP, "secret 1"))
    with closing(sqlite3.connect(path)) as earlier, earlier:
        earlier.executescript(
            "DROP TABLE admins; ALTER TABLE app_keys DROP COLUMN until;"
            "ALTER TABLE app_keys DROP COLUMN since"
        )
    stored = reopened(path)
    assert stored.key_ring == KeyRing(APP, (SecretKey(1, "secret 1"),))
    assert stored.admins == []
    changed = reopened(
        path,
        [
            KeyRotated(KeyRing(APP, (SECOND, ENDING)), ()),
            AdminAdded(Admin("anna", Role.READ, 5), frozenset()),
        ],
    )
    assert changed.key_ring == KeyRing(APP, (SECOND, ENDING))
    assert changed.admins == [StoredAdmin("anna", Role.READ, 5)]


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_the_key_of_an_earlier_version_can_be_rotated(tmp_path: Path, version: int) -> None:
    path = tmp_path / "db"
    make(path, version)
    with opened(path) as store:
        key = store.app_key(AppKey(APP, "secret 1"))
    ending = SecretKey(1, key.secret_key, 0, 700)
    stored = reopened(path, [KeyRotated(KeyRing(APP, (SECOND, ending)), ())])
    assert stored.key_ring == KeyRing(APP, (SECOND, ending))


def test_a_key_that_ended_leaves_no_row(tmp_path: Path) -> None:
    path = tmp_path / "db"
    with opened(path) as store:
        store.app_key(AppKey(APP, "secret 1"))
    rotated = KeyRotated(KeyRing(APP, (SECOND, ENDING)), ())
    ended = KeysEnded(KeyRing(APP, (SECOND,)), (1,))
    assert reopened(path, [rotated], [ended]).key_ring == KeyRing(APP, (SECOND,))
    at_once = KeyRotated(KeyRing(APP, (THIRD,)), (2,))
    assert reopened(path, [at_once]).key_ring == KeyRing(APP, (THIRD,))
    with opened(path) as store:
        assert store.app_key(AppKey(APP, "secret 1")) == AppKey(APP, "secret 3")


def test_a_removed_admin_is_kept_for_the_revocation(tmp_path: Path) -> None:
    nobody: frozenset[str] = frozenset()
    added = AdminAdded(Admin("anna", Role.FULL, 5), nobody)
    removed = AdminRemoved("anna", 9, nobody)
    again = AdminAdded(Admin("anna", Role.READ, 11), nobody)
    path = tmp_path / "db"
    assert reopened(path, [added], [removed]).admins == [StoredAdmin("anna", None, 5, 9)]
    assert reopened(path, [again]).admins == [StoredAdmin("anna", Role.READ, 11, 9)]
