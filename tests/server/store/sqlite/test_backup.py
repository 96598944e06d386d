"""A backup is one file with all that was committed, of a running store or not."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from imtui.server.core.archive import View
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import DataDir
from imtui.server.store.sqlite import backup
from imtui.server.store.sqlite.backup import back_up
from imtui.server.store.sqlite.checking import check_database
from imtui.server.store.sqlite.connecting import connect, size_of_log
from imtui.server.store.store import StoreError
from tests.server.store.recorded.recording import read_dump
from tests.server.store.sql.stores import (
    ACCOUNTS,
    ALICE,
    CREATED,
    PEOPLE,
    reopened,
    sent,
)
from tests.server.store.sqlite.opening import opened

VIEW = View(1, ALICE, 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with opened(tmp_path / "db") as store:
        store.app_key(None)
        store.write([*PEOPLE, CREATED, *(sent(seq) for seq in range(1, 101))])
        store.commit()
    return tmp_path / "db"


def test_a_stopped_store_is_copied_and_left_as_it_is(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    back_up(path, tmp_path / "copy")
    assert path.read_bytes() == before
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert check_database(tmp_path / "copy") == []
    with opened(path) as store, opened(tmp_path / "copy") as copy:
        assert copy.app_key(None) == store.app_key(None)
        assert copy.archive.before(VIEW, 999, 999) == store.archive.before(VIEW, 999, 999)


def test_a_running_store_is_copied_with_what_is_in_its_log(path: Path, tmp_path: Path) -> None:
    with opened(path) as store:
        store.write([sent(seq) for seq in range(101, 201)])
        store.commit()
        store.write([sent(201)])
        assert store.archive.find(ALICE, "m201") is not None
        assert size_of_log(path)
        back_up(path, tmp_path / "copy")
        # It goes on as if nothing had been.
        store.commit()
        store.rest()
        assert size_of_log(path) == 0
    (tmp_path / "folder").mkdir()
    shutil.copyfile(tmp_path / "copy", tmp_path / "folder" / "db")
    with opened(tmp_path / "folder" / "db") as copy:
        # Not what was under way.
        assert len(copy.archive.before(VIEW, 999, 999)) == 200
    assert sorted(one.name for one in tmp_path.iterdir()) == ["copy", "db", "folder"]


def test_a_copy_is_of_one_instant_while_much_is_written(path: Path, tmp_path: Path) -> None:
    first, done = threading.Event(), threading.Event()

    def copy_all() -> None:
        try:
            for number in range(5):
                first.set()
                back_up(path, tmp_path / f"copy{number}")
        finally:
            done.set()

    with opened(path) as store:
        thread = threading.Thread(target=copy_all)
        thread.start()
        first.wait()
        seq = 100
        while not done.is_set():
            store.write([sent(seq + one) for one in range(1, 11)])
            store.commit()
            seq += 10
            if seq % 100 == 0:
                store.rest()
        thread.join()
    for number in range(5):
        assert check_database(tmp_path / f"copy{number}") == []
        with opened(tmp_path / f"copy{number}") as copy:
            (conversation,) = copy.load().conversations
            found = len(copy.archive.before(VIEW, 99_999, 99_999))
            assert found == conversation.last_seq
            assert found % 10 == 0


async def test_a_restored_copy_serves_the_same_app(tmp_path: Path) -> None:
    async with Backend(BackendConfig(tmp_path / "data")) as backend:
        key = backend.app_key
        back_up(DataDir(tmp_path / "data").database, tmp_path / "copy")
    restored = DataDir(tmp_path / "restored")
    restored.make()
    shutil.copyfile(tmp_path / "copy", restored.database)
    async with Backend(BackendConfig(restored.path)) as backend:
        assert backend.app_key == key
        assert restored.app_key() == key


def test_a_database_of_an_earlier_version_is_copied_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "db")) as database:
        database.executescript(read_dump("schema4"))
        before = list(database.iterdump())
    back_up(tmp_path / "db", tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (4,)
        assert list(database.iterdump()) == before


def test_nothing_that_exists_is_overwritten(path: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("mine")
    with pytest.raises(StoreError, match=r"exists already\. Choose another name\."):
        back_up(path, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "mine"
    with pytest.raises(StoreError, match="exists already"):
        back_up(path, path)


def test_without_a_database_there_is_no_copy(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no database"):
        back_up(tmp_path / "db", tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("target", ["nowhere/copy", "db/copy"])
def test_a_copy_that_cannot_be_written_is_told_in_one_line(
    path: Path, tmp_path: Path, target: str
) -> None:
    with pytest.raises(StoreError, match="cannot be written") as told:
        back_up(path, tmp_path / target)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("damage", ["no database", "pages overwritten"])
def test_of_what_cannot_be_read_no_copy_is_left(path: Path, tmp_path: Path, damage: str) -> None:
    if damage == "no database":
        path.write_bytes(b"this is no database" * 500)
    else:
        whole = bytearray(path.read_bytes())
        whole[-8192:] = b"\xff" * 8192
        path.write_bytes(whole)
    with pytest.raises(StoreError) as told:
        back_up(path, tmp_path / "copy")
    assert "\n" not in str(told.value)
    assert list(tmp_path.glob("copy*")) == []


def test_what_a_killed_backup_left_is_replaced(path: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.part").write_bytes(b"half of it")
    back_up(path, tmp_path / "copy")
    assert not (tmp_path / "copy.part").exists()
    assert reopened(tmp_path / "copy").accounts == ACCOUNTS


def test_a_full_disk_leaves_no_copy(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect_small(path: Path) -> sqlite3.Connection:
        database = connect(path)
        database.execute("PRAGMA max_page_count = 3")
        return database

    monkeypatch.setattr(backup, "connect", connect_small)
    with pytest.raises(StoreError, match="full"):
        back_up(path, tmp_path / "copy")
    assert list(tmp_path.glob("copy*")) == []
