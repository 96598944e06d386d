"""Statuses in SQLite: commits that have nothing else need not wait for the disk."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from imtui.protocol.status import UserStatus, UserStatusType
from imtui.server.core.accounts.changes import AccountRegistered
from imtui.server.core.presence.changes import StatusChanged
from imtui.server.store.sqlite import log
from imtui.server.store.sqlite.store import SQLiteStore
from tests.server.store.sql.stores import PEOPLE

FULL, NORMAL = 2, 1


class Disk:
    """A store that keeps statuses, its time, and whether its commits wait for the disk."""

    def __init__(self, path: Path) -> None:
        self.now = 100.0
        self.store = SQLiteStore(path, keeps_statuses=True)
        self._revision = 0

    def commit(self) -> int:
        """Commit the batch; return how it was made durable."""
        self.store.commit()
        (level,) = self.store._database.execute("PRAGMA synchronous").fetchone()
        return int(level)

    def change_status(self) -> None:
        self._revision += 1
        status = UserStatus("alice", UserStatusType.ONLINE, since=1, revision=self._revision)
        self.store.write([StatusChanged(status, status, to_watchers=True)])


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk(tmp_path / "db")
    monkeypatch.setattr(log, "time", SimpleNamespace(monotonic=lambda: disk.now))
    disk.store.load()
    disk.store.write(PEOPLE)
    assert disk.commit() == FULL
    yield disk
    disk.store.close()


def test_statuses_do_not_wait_for_the_disk_for_a_second(disk: Disk) -> None:
    levels = []
    for _ in range(9):
        disk.now += 0.25
        disk.change_status()
        levels.append(disk.commit())
    assert levels == [NORMAL, NORMAL, NORMAL, FULL, NORMAL, NORMAL, NORMAL, FULL, NORMAL]


def test_all_else_waits_for_the_disk(disk: Disk) -> None:
    disk.change_status()
    assert disk.commit() == NORMAL
    disk.change_status()
    disk.store.write([AccountRegistered(9, "zoe", 7)])
    assert disk.commit() == FULL
    disk.change_status()
    assert disk.commit() == NORMAL
    disk.change_status()
    assert disk.store.archive.find(1, "m1") is None
    disk.store.write([AccountRegistered(10, "yves", 7)])
    assert disk.commit() == FULL
