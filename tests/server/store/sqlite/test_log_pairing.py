"""A log that does not belong to the database beside it is refused before anything is written."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from imtui.server.core.archive import View
from imtui.server.store.sql import schema
from imtui.server.store.sqlite.backup import back_up
from imtui.server.store.sqlite.checking import check_database
from imtui.server.store.sqlite.connecting import (
    connect_to_read,
    log_of,
    size_of_log,
    version_of,
)
from imtui.server.store.sqlite.log_pairing import check_log
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError
from tests.server.store.recorded.recording import read_dump
from tests.server.store.sql.stores import ALICE, CREATED, PEOPLE, sent
from tests.server.store.sqlite.opening import opened

VIEW = View(1, ALICE, 0)
PAGE = 4096
"""The size of a page of the database."""


def copy(path: Path, target: Path) -> None:
    """Copy a database with its log, as it is after kill -9."""
    shutil.copyfile(path, target)
    log_of(target).unlink(missing_ok=True)
    if size_of_log(path):
        shutil.copyfile(log_of(path), log_of(target))


def put_beside(database: Path, log: Path, target: Path) -> Path:
    """Put one database beside the log of another one."""
    shutil.copyfile(database, target)
    shutil.copyfile(log_of(log), log_of(target))
    return target


def assert_refused(path: Path) -> None:
    """Check that a database is not opened, copied or checked with its log, and stays as it is."""
    before = path.read_bytes(), log_of(path).read_bytes()
    for use in (
        SQLiteStore,
        check_database,
        lambda path: back_up(path, path.with_name("backup")),
    ):
        with pytest.raises(StoreError) as told:
            use(path)
        assert str(log_of(path)) in str(told.value)
        assert f"remove {log_of(path)} and {path}-shm" in str(told.value)
        assert "\n" not in str(told.value)
    assert (path.read_bytes(), log_of(path).read_bytes()) == before
    others = {one.name for one in path.parent.iterdir() if one.name.startswith(path.name)}
    assert others <= {path.name, f"{path.name}-wal", f"{path.name}-shm"}
    # What it says helps.
    log_of(path).unlink()
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    SQLiteStore(path).close()


def messages(path: Path) -> list[str]:
    with opened(path) as store:
        return [one.text for one in store.archive.before(VIEW, 9999, 9999)[::-1]]


def texts(up_to: int) -> list[str]:
    return [f"text {seq}" for seq in range(1, up_to + 1)]


@pytest.fixture
def lives(tmp_path: Path) -> Path:
    """Return a folder with copies of a database, each with its log.

    ``1`` was made at rest, ``2`` in the middle of the next log, ``3`` in that of the one after.
    """
    with opened(tmp_path / "db") as store:
        store.write([*PEOPLE, CREATED, *(sent(seq) for seq in range(1, 101))])
        store.commit()
        store.rest()
        copy(tmp_path / "db", tmp_path / "1")
        store.write([sent(seq) for seq in range(101, 201)])
        store.commit()
        copy(tmp_path / "db", tmp_path / "2")
        store.write([sent(seq) for seq in range(201, 301)])
        store.commit()
        store.rest()
        store.write([sent(seq) for seq in range(301, 401)])
        store.commit()
        copy(tmp_path / "db", tmp_path / "3")
    return tmp_path


def test_a_log_beside_its_own_database_counts_after_kill_9(lives: Path) -> None:
    assert not size_of_log(lives / "1")
    assert size_of_log(lives / "2")
    assert size_of_log(lives / "3")
    assert messages(lives / "1") == texts(100)
    assert messages(lives / "2") == texts(200)
    assert messages(lives / "3") == texts(400)


def test_an_older_database_beside_a_newer_log_is_refused(lives: Path) -> None:
    assert_refused(put_beside(lives / "1", lives / "3", lives / "mixed"))
    assert messages(lives / "mixed") == texts(100)


def test_a_newer_database_beside_an_older_log_is_refused(lives: Path) -> None:
    assert_refused(put_beside(lives / "3", lives / "2", lives / "mixed"))
    assert messages(lives / "mixed") == texts(300)


def test_a_database_at_rest_goes_with_the_log_that_followed(lives: Path) -> None:
    put_beside(lives / "1", lives / "2", lives / "mixed")
    assert messages(lives / "mixed") == texts(200)


def test_the_database_of_another_app_is_refused(lives: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "other") as store:
        store.write([*PEOPLE, CREATED, sent(1)])
        store.commit()
        store.rest()
        shutil.copyfile(tmp_path / "other", tmp_path / "other-alone")
    assert_refused(put_beside(tmp_path / "other-alone", lives / "2", lives / "mixed"))


def test_a_backup_of_a_running_store_is_refused_beside_a_later_log(tmp_path: Path) -> None:
    path = tmp_path / "db"
    with opened(path) as store:
        store.write([*PEOPLE, CREATED, *(sent(seq) for seq in range(1, 101))])
        store.commit()
        back_up(path, tmp_path / "backup")
        # The log goes on after the backup, and the next one is based on its end.
        store.write([sent(seq) for seq in range(101, 1001)])
        store.commit()
        store.rest()
        store.write([sent(1001)])
        store.commit()
        copy(path, tmp_path / "killed")
    put_beside(tmp_path / "backup", tmp_path / "killed", tmp_path / "mixed")
    (tmp_path / "backup").unlink()
    assert_refused(tmp_path / "mixed")
    assert messages(tmp_path / "mixed") == texts(100)


@pytest.mark.parametrize("name", ["schema1", "schema2", "schema3", "schema4"])
def test_a_database_of_an_earlier_version_is_refused_beside_a_newer_log(
    lives: Path, name: str
) -> None:
    old = lives / "old"
    with closing(sqlite3.connect(old)) as database:
        database.executescript(read_dump(name))
    path = put_beside(old, lives / "3", lives / "mixed")
    with pytest.raises(StoreError, match=f"remove {log_of(path)} and "):
        SQLiteStore(path)
    assert path.read_bytes() == old.read_bytes()
    assert log_of(path).read_bytes() == log_of(lives / "3").read_bytes()
    assert not path.with_name("mixed.before-5").exists()
    assert_refused(path)


@pytest.mark.parametrize("name", ["schema1", "schema2", "schema3", "schema4"])
def test_before_version_5_a_log_whose_pages_do_not_fit_is_refused(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "db"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(read_dump(name))
        database.execute("PRAGMA journal_mode = WAL")
        shutil.copyfile(path, tmp_path / "early")
        people = [(f"user{number:05}", 7) for number in range(3000)]
        insert = "INSERT INTO accounts (user_id, registered_at) VALUES (?, ?)"
        database.execute("BEGIN")
        database.executemany(insert, people)
        database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute(insert, ("zoe", 7))
        copy(path, tmp_path / "late")
    assert_refused(put_beside(tmp_path / "early", tmp_path / "late", tmp_path / "mixed"))
    store = SQLiteStore(tmp_path / "late")
    assert "zoe" in [account.user_id for account in store.load().accounts]
    store.close()


@pytest.mark.parametrize("name", ["schema1", "schema4", "new"])
def test_a_new_database_may_be_in_its_log_as_a_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / "db"
    script = schema.EMPTY if name == "new" else read_dump(name)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.executescript(script)
        if name == "new":
            database.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION}")
        copy(path, tmp_path / "killed")
    with closing(connect_to_read(tmp_path / "killed", without_log=True)) as database:
        assert version_of(database) == 0
    with opened(tmp_path / "killed") as store:
        assert bool(store.load().accounts) == (name != "new")


def test_a_log_that_is_partly_in_the_database_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "db"
    with opened(path) as store:
        store.write([*PEOPLE, CREATED, *(sent(seq) for seq in range(1, 101))])
        store.commit()
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchall()
        store.write([sent(seq) for seq in range(101, 201)])
        store.commit()
        alone = path.read_bytes()
        store._database.execute("PRAGMA busy_timeout = 0")
        store._database.execute("PRAGMA wal_checkpoint(PASSIVE)")
        assert path.read_bytes() != alone
        copy(path, tmp_path / "killed")
        reader.close()
    assert size_of_log(tmp_path / "killed")
    check_log(tmp_path / "killed")
    assert messages(tmp_path / "killed") == texts(200)


def test_a_start_goes_on_wherever_writing_the_log_into_the_database_was_killed(
    lives: Path,
) -> None:
    path, copied = lives / "2", lives / "copied"
    before, log = path.read_bytes(), log_of(path).read_bytes()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    after = path.read_bytes()
    assert len(after) > len(before)
    pages = len(after) // PAGE
    for written in range(pages + 1):
        # SQLite writes the pages in their order.
        end = written * PAGE
        path = lives / f"killed{written}"
        path.write_bytes(after[:end] + before[end:])
        log_of(path).write_bytes(log)
        check_log(path)
        if written in (0, 1, pages // 2, pages - 1, pages):
            shutil.copyfile(path, copied)
            shutil.copyfile(log_of(path), log_of(copied))
            assert messages(copied) == texts(200)


def test_a_log_that_could_not_be_emptied_goes_on_beside_its_database(tmp_path: Path) -> None:
    path = tmp_path / "db"
    with opened(path) as store:
        store._database.execute("PRAGMA busy_timeout = 0")
        store.write([*PEOPLE, CREATED])
        for seq in range(1, 6):
            with closing(sqlite3.connect(path, isolation_level=None)) as reader:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM messages").fetchall()
                store.write([sent(seq)])
                store.commit()
                store.rest()
                assert size_of_log(path)
                copy(path, tmp_path / f"killed{seq}")
    for seq in range(1, 6):
        assert messages(tmp_path / f"killed{seq}") == texts(seq)


@pytest.mark.parametrize("end", ["closed", "killed"])
def test_each_start_goes_on_with_what_the_one_before_left(tmp_path: Path, end: str) -> None:
    path = tmp_path / "0"
    for seq in range(1, 6):
        target = tmp_path / str(seq)
        with opened(path) as store:
            store.write([*PEOPLE, CREATED, sent(seq)] if seq == 1 else [sent(seq)])
            store.commit()
            if end == "killed":
                copy(path, target)
        if end == "closed":
            copy(path, target)
        path = target
    assert messages(path) == texts(5)


@pytest.mark.parametrize("end", ["closed", "killed"])
def test_a_backup_is_refused_beside_the_log_of_the_next_start(tmp_path: Path, end: str) -> None:
    path, ended = tmp_path / "db", tmp_path / "ended"
    with opened(path) as store:
        store.write([*PEOPLE, CREATED, sent(1)])
        store.commit()
        back_up(path, tmp_path / "copied")
        store.write([sent(seq) for seq in range(2, 1001)])
        store.commit()
        copy(path, ended)
    if end == "closed":
        copy(path, ended)
    with opened(ended):
        copy(ended, tmp_path / "next")
    put_beside(tmp_path / "copied", tmp_path / "next", tmp_path / "mixed")
    assert_refused(tmp_path / "mixed")


def test_a_database_that_is_locked_is_not_said_to_have_another_log(tmp_path: Path) -> None:
    path = tmp_path / "db"
    with opened(path) as store:
        store._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        store.write(PEOPLE)
        store.commit()
        for use in (check_log, check_database, SQLiteStore):
            with pytest.raises(StoreError, match="another process has locked it"):
                use(path)


def test_a_start_that_is_killed_at_its_first_commit_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "db"
    store = SQLiteStore(path)
    copy(path, tmp_path / "new")
    store.load()
    copy(path, tmp_path / "begun")
    store.close()
    for name in ("new", "begun"):
        check_log(tmp_path / name)
        with opened(tmp_path / name) as again:
            assert again.archive.find(ALICE, "m1") is None


def test_a_log_without_a_whole_transaction_is_no_obstacle(lives: Path) -> None:
    path = lives / "2"
    log_of(path).write_bytes(log_of(path).read_bytes()[:100])
    check_log(path)
    assert messages(path) == texts(100)
