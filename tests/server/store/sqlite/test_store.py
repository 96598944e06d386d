"""The SQLite store: what was committed comes back, whatever happens."""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from imtui.protocol.app_key import DEFAULT_SDK_APP_ID, AppKey
from imtui.protocol.proof import SigID
from imtui.server.core.accounts.changes import UserSigUsed
from imtui.server.core.archive import View
from imtui.server.core.messages.changes import MessageSent
from imtui.server.core.stored import StoredApp
from imtui.server.store.sqlite import log
from imtui.server.store.sqlite.connecting import log_of, size_of_log
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import FinalError, StoreError
from tests.server.store.sql.stores import (
    ACCOUNTS,
    ALICE,
    CREATED,
    PEOPLE,
    conversation,
    reopened,
    sent,
)
from tests.server.store.sqlite.opening import opened

VIEW = View(1, ALICE, 0)


def test_a_new_database_has_a_new_app(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "db")
    assert store.load() == StoredApp(start=1)
    store.close()


def test_starts_are_counted(tmp_path: Path) -> None:
    assert reopened(tmp_path / "db", []).start == 2
    assert reopened(tmp_path / "db", []).start == 4


def test_what_was_not_committed_is_gone(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as store:
        store.write(PEOPLE)
    assert reopened(tmp_path / "db").accounts == []


def test_a_row_that_is_refused_ends_the_store_and_nothing_of_its_batch_is_there(
    tmp_path: Path,
) -> None:
    with opened(tmp_path / "db") as store:
        store.write([*PEOPLE, CREATED, sent(1)])
        store.commit()
        store.write([sent(2), UserSigUsed(1, "device", SigID(bytes(16), 2**70))])
        with pytest.raises(FinalError, match="refuses a row"):
            store.archive.find(1, "m2")
        for _ in range(2):
            with pytest.raises(FinalError, match="refuses a row") as refusal:
                store.commit()
            assert str(2**70) not in str(refusal.value)
        with pytest.raises(FinalError):
            store.archive.find(1, "m2")
    with opened(tmp_path / "db") as store:
        store.load()
        assert store.archive.find(1, "m1") is not None
        assert store.archive.find(1, "m2") is None


def test_what_was_committed_survives_kill_9(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path;"
        "from imtui.server.store.sqlite.store import SQLiteStore;"
        "from imtui.server.core.accounts.changes import AccountRegistered;"
        "store = SQLiteStore(Path(sys.argv[1])); store.load();"
        "store.write([AccountRegistered(1, 'alice', 7)]); store.commit();"
        "store.write([AccountRegistered(2, 'bob', 7)]);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "db")], check=False)
    assert done.returncode == -9
    stored = reopened(tmp_path / "db")
    assert [account.user_id for account in stored.accounts] == ["alice"]
    assert stored.start == 2


def test_a_commit_that_fails_is_tried_again_by_the_next(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as store:
        store._database.execute("PRAGMA busy_timeout = 0")
        other = sqlite3.connect(tmp_path / "db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        store.write(PEOPLE)
        with pytest.raises(StoreError, match="another process has locked it"):
            store.commit()
        other.execute("ROLLBACK")
        other.close()
        store.commit()
    assert reopened(tmp_path / "db").accounts == ACCOUNTS


def test_what_is_in_the_batch_is_found_and_gone_if_it_is_not_committed(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as store:
        store.write([*PEOPLE, CREATED])
        store.commit()
        store.write([sent(1)])
        assert store.archive.find(ALICE, "m1") == sent(1).stored
        store.write([sent(2)])
        assert len(store.archive.before(VIEW, 3, 10)) == 2
    with opened(tmp_path / "db") as store:
        assert store.archive.before(VIEW, 3, 10) == []
        store.write([sent(1)])
        store.archive.find(ALICE, "m1")
        store.commit()
    with opened(tmp_path / "db") as store:
        assert len(store.archive.before(VIEW, 3, 10)) == 1


def test_nothing_is_found_while_the_batch_cannot_be_written_and_all_of_it_afterwards(
    tmp_path: Path,
) -> None:
    with opened(tmp_path / "db") as store:
        store._database.execute("PRAGMA busy_timeout = 0")
        store.write([*PEOPLE, CREATED])
        store.commit()
        other = sqlite3.connect(tmp_path / "db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert store.archive.before(VIEW, 9, 10) == []
        store.write([sent(1)])
        with pytest.raises(StoreError, match="locked"):
            store.archive.find(ALICE, "m1")
        with pytest.raises(StoreError, match="locked"):
            store.commit()
        other.execute("ROLLBACK")
        # Only a commit tries again: whoever searches does not wait for the lock each time.
        with pytest.raises(StoreError, match="locked"):
            store.archive.find(ALICE, "m1")
        store.commit()
        assert store.archive.find(ALICE, "m1") is not None
        assert other.execute("SELECT seq FROM messages").fetchall() == [(1,)]
        other.close()


def test_a_full_disk_loses_nothing_of_the_batch(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as store:
        store.write([*PEOPLE, CREATED])
        store.commit()
        pages = store._database.execute("PRAGMA page_count").fetchone()[0]
        store._database.execute(f"PRAGMA max_page_count = {pages}")
        store.write([sent(seq) for seq in range(1, 501)])
        with pytest.raises(StoreError, match=r"the disk is full\. Free some space"):
            store.archive.find(ALICE, "m1")
        with pytest.raises(StoreError, match="full"):
            store.commit()
        store._database.execute("PRAGMA max_page_count = 100000")
        store.commit()
    with opened(tmp_path / "db") as store:
        assert len(store.archive.before(VIEW, 1000, 1000)) == 500


@pytest.mark.parametrize("damage", ["not a database", "a page overwritten"])
def test_a_damaged_database_is_told_in_one_line_and_left_as_it_is(
    tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "db"
    if damage == "not a database":
        path.write_bytes(b"this is no database" * 100)
    else:
        with opened(path) as store:
            store.write(PEOPLE)
            store.commit()
            store.rest()
        whole = bytearray(path.read_bytes())
        whole[4096:] = b"\xff" * (len(whole) - 4096)
        path.write_bytes(whole)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="Restore it from a backup") as told:
        SQLiteStore(path)
    assert "\n" not in str(told.value)
    assert path.read_bytes() == before


def test_a_database_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "db"
    with opened(path) as store:
        store.rest()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="Update imtui"):
        SQLiteStore(path)
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        SQLiteStore(tmp_path / "nowhere" / "db")


def test_the_database_and_its_log_are_readable_to_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "db"
    with opened(path):
        assert path.stat().st_mode & 0o777 == 0o600
        assert log_of(path).stat().st_mode & 0o777 == 0o600


def test_a_database_has_one_app_key_for_ever(tmp_path: Path) -> None:
    given = AppKey(77, "the secret")
    with opened(tmp_path / "db") as store:
        assert store.app_key(given) == given
        assert store.app_key(None) == given
    with opened(tmp_path / "db") as store:
        # Another one that is exported beside it does not count.
        assert store.app_key(AppKey(78, "another")) == given


def test_an_app_key_is_made_if_none_is_given_and_durable_at_once(tmp_path: Path) -> None:
    keys = []
    for name in ("one", "other"):
        with opened(tmp_path / name) as store:
            made = store.app_key(None)
        with opened(tmp_path / name) as store:
            assert store.app_key(None) == made
        assert made.sdk_app_id == DEFAULT_SDK_APP_ID
        assert len(made.secret_key) == 64
        keys.append(made)
    assert keys[0] != keys[1]


def test_an_app_key_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as store:
        store._database.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="cannot be written"):
            store.app_key(None)
        store._database.execute("PRAGMA query_only = OFF")
        store.write(PEOPLE)
        store.commit()
        assert store.app_key(None) == store.app_key(None)


def test_at_rest_a_mere_copy_of_the_database_is_whole(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as store:
        key = store.app_key(None)
        store.write([*PEOPLE, CREATED, sent(1)])
        store.commit()
        assert size_of_log(tmp_path / "db")
        store.rest()
        assert size_of_log(tmp_path / "db") == 0
        (tmp_path / "copy").write_bytes((tmp_path / "db").read_bytes())
        store.rest()
        with opened(tmp_path / "copy") as copy:
            assert copy.app_key(None) == key
            assert copy.archive.find(ALICE, "m1") == sent(1).stored
        store.write([sent(2)])
        store.commit()
    assert reopened(tmp_path / "db").conversations == [conversation(2)]


def test_rest_waits_for_the_batch_and_for_whoever_reads(tmp_path: Path) -> None:
    path = tmp_path / "db"
    with opened(path) as store:
        store._database.execute("PRAGMA busy_timeout = 0")
        store.write([*PEOPLE, CREATED, sent(1)])
        store.rest()
        assert size_of_log(path)
        store.commit()
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM messages").fetchone() == (1,)
        store.write([sent(2)])
        store.commit()
        store.rest()
        assert size_of_log(path)
        store.write([sent(3)])
        store.commit()
        assert reader.execute("SELECT count(*) FROM messages").fetchone() == (1,)
        reader.close()
        store.rest()
        assert size_of_log(path) == 0
    assert reopened(path).conversations == [conversation(3)]


def many(first: int, count: int) -> list[MessageSent]:
    return [sent(seq) for seq in range(first, first + count)]


def test_a_long_log_is_emptied_in_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_SIZE_MAX", 100_000)
    path, sizes = tmp_path / "db", []
    with opened(path) as store:
        store.write([*PEOPLE, CREATED])
        for first in range(1, 2000, 100):
            store.write(many(first, 100))
            store.commit()
            sizes.append(size_of_log(path))
    assert sizes.count(0) >= 3
    assert max(sizes) < 200_000


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as if the disk was full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_commit_is_done_even_if_the_log_cannot_be_emptied_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_SIZE_MAX", 100_000)
    path = tmp_path / "db"
    with opened(path) as store:
        store.write([*PEOPLE, CREATED, *many(1, 4000)])
        store.commit()
        store.rest()
        with largest_file(path.stat().st_size + 20_000):
            for first in range(4001, 4601, 100):
                store.write(many(first, 100))
                store.commit()
            assert size_of_log(path) > 100_000
            with pytest.raises(StoreError, match="cannot be written"):
                store.rest()
            assert store.archive.find(ALICE, "m4600") is not None
        store.rest()
        assert size_of_log(path) == 0
    with opened(path) as store:
        assert len(store.archive.before(VIEW, 9999, 9999)) == 4600


def test_a_search_reads_no_more_than_a_page_can_hold(tmp_path: Path) -> None:
    rows_read: list[int] = []

    def note(_: sqlite3.Cursor, row: tuple[object, ...]) -> tuple[object, ...]:
        rows_read.append(cast(int, row[1]))
        return row

    with opened(tmp_path / "db") as store:
        store.write([*PEOPLE, CREATED, *many(1, 100)])
        store.commit()
        store._database.row_factory = note
        # The texts have 7 bytes, but the newest has 8.
        found = store.archive.before(VIEW, 101, 100, 70)
        store._database.row_factory = None
        assert [one.seq for one in found] == rows_read == list(range(100, 90, -1))
        # Nothing is being read any more, which would keep the log from being emptied.
        store.rest()
        assert size_of_log(tmp_path / "db") == 0
