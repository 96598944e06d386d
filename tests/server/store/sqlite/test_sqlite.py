"""The SQLite store: what was committed comes back, whatever happens."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.status import Platform
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.changes import (
    AccountRegistered,
    Change,
    ConsoleChanged,
    DeviceChanged,
    DeviceForgotten,
    FriendsAdded,
    FriendsDeleted,
    SubscriptionsChanged,
)
from imtui.server.core.console import Console, Edition
from imtui.server.core.stored import StoredAccount, StoredApp
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError

PEOPLE: list[Change] = [AccountRegistered(user_id, 7) for user_id in ("alice", "bob", "carol")]


def device(state: DeviceState, instance_id: str = "laptop") -> Device:
    return Device("alice", instance_id, Platform.LINUX, "die Kiste", state, 3, 11, 12)


def subscribed(*added: str, removed: tuple[str, ...] = (), at: int = 0) -> Change:
    reason = SubscriptionReason.CLEARED if at else SubscriptionReason.SUBSCRIBED
    return SubscriptionsChanged("alice", added, removed, reason, at)


def reopened(path: Path, *commits: list[Change]) -> StoredApp:
    store = SQLiteStore(path)
    store.load()
    for changes in commits:
        store.write(changes)
        store.commit()
    store.close()
    store = SQLiteStore(path)
    stored = store.load()
    store.close()
    return stored


def test_a_new_database_has_a_new_app(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "db")
    assert store.load() == StoredApp(start=1)
    store.close()


def test_starts_are_counted(tmp_path: Path) -> None:
    assert reopened(tmp_path / "db").start == 2
    assert reopened(tmp_path / "db").start == 4


def test_accounts_devices_friends_and_console_come_back(tmp_path: Path) -> None:
    stored = reopened(
        tmp_path / "db",
        [*PEOPLE, DeviceChanged(device(DeviceState.LIVE))],
        [
            DeviceChanged(device(DeviceState.KICKED)),
            DeviceChanged(device(DeviceState.LOST, "old")),
            FriendsAdded("alice", ("bob", "carol")),
            ConsoleChanged(Console(edition=Edition.STANDARD), True),
        ],
        [FriendsDeleted("alice", ("bob",)), DeviceForgotten("alice", "old")],
    )
    assert stored.accounts == [StoredAccount(name, 7) for name in ("alice", "bob", "carol")]
    assert stored.devices == [device(DeviceState.KICKED)]
    assert stored.friends == [("alice", "carol", 0)]
    assert stored.console == Console(edition=Edition.STANDARD)


def test_subscriptions_come_back_in_their_order(tmp_path: Path) -> None:
    stored = reopened(tmp_path / "db", PEOPLE, [subscribed("bob", "carol")], [subscribed("bob")])
    assert stored.subscriptions == [("alice", "carol"), ("alice", "bob")]


def test_when_subscriptions_were_cleared_comes_back(tmp_path: Path) -> None:
    stored = reopened(
        tmp_path / "db", PEOPLE, [subscribed("bob")], [subscribed(removed=("bob",), at=99)]
    )
    assert stored.subscriptions == []
    assert stored.accounts[0].subscriptions_cleared_at == 99


def test_what_was_not_committed_is_gone(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "db")
    store.load()
    store.write(PEOPLE)
    store.close()
    assert reopened(tmp_path / "db").accounts == []


def test_what_was_committed_survives_kill_9(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path;"
        "from imtui.server.store.sqlite.store import SQLiteStore;"
        "from imtui.server.core.changes import AccountRegistered;"
        "store = SQLiteStore(Path(sys.argv[1])); store.load();"
        "store.write([AccountRegistered('alice', 7)]); store.commit();"
        "store.write([AccountRegistered('bob', 7)]);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "db")], check=False)
    assert done.returncode == -9
    stored = reopened(tmp_path / "db")
    assert [account.user_id for account in stored.accounts] == ["alice"]
    assert stored.start == 3


def test_a_commit_that_fails_is_tried_again_by_the_next(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "db")
    store.load()
    store._database.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(tmp_path / "db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.write(PEOPLE)
    with pytest.raises(StoreError, match="database is locked"):
        store.commit()
    other.execute("ROLLBACK")
    other.close()
    store.commit()
    store.close()
    assert len(reopened(tmp_path / "db").accounts) == 3


@pytest.mark.parametrize("damage", ["not a database", "a page overwritten"])
def test_a_damaged_database_is_told_in_one_line_and_left_as_it_is(
    tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "db"
    if damage == "not a database":
        path.write_bytes(b"this is no database" * 100)
    else:
        reopened(path, PEOPLE)
        whole = bytearray(path.read_bytes())
        whole[4096:] = b"\xff" * (len(whole) - 4096)
        path.write_bytes(whole)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="Restore it from a backup") as told:
        SQLiteStore(path)
    assert "\n" not in str(told.value)
    assert path.read_bytes() == before


def test_a_database_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    reopened(tmp_path / "db")
    database = sqlite3.connect(tmp_path / "db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="Update imtui"):
        SQLiteStore(tmp_path / "db")


def test_the_database_is_readable_to_its_owner_only(tmp_path: Path) -> None:
    SQLiteStore(tmp_path / "db").close()
    assert (tmp_path / "db").stat().st_mode & 0o077 == 0
