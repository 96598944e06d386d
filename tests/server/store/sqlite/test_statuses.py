"""Statuses in SQLite: what a commit noted in the journal is there after any end of the process."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imtui.protocol.status import UserStatus, UserStatusType
from imtui.server.core.accounts.changes import AccountDeleted, AccountRegistered
from imtui.server.core.accounts.custom_status import CustomStatus, Text
from imtui.server.core.change import Change
from imtui.server.core.presence.changes import StatusChanged
from imtui.server.store.sqlite import status_journal
from imtui.server.store.sqlite.connecting import connect_to_read
from imtui.server.store.sqlite.status_journal import journal_of
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError

USERS = ("alice", "bob", "carol")


class Disk:
    """A store that keeps statuses, its time, and what is in its files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = 100.0
        self._revision = 0
        self._lives = 0
        self.store = SQLiteStore(path, keeps_statuses=True)
        self.store.load()

    def set(self, user_id: str, text: str, *more: Change, is_again: bool = False) -> None:
        """Change a custom status, and commit it; one that is set again keeps its revision."""
        self._revision += not is_again
        status = UserStatus(user_id, UserStatusType.ONLINE, text, since=1, revision=self._revision)
        custom = CustomStatus((Text(text),))
        self.store.write([StatusChanged(status, status, to_watchers=True, custom=custom), *more])
        self.store.commit()

    def kill(self) -> None:
        """Go on with what is in the files, as if the process was killed."""
        self._lives += 1
        left = self.path.parent.parent / str(self._lives)
        shutil.copytree(self.path.parent, left, ignore=shutil.ignore_patterns("*-shm"))
        self.store.close()
        self.path = left / self.path.name
        self.store = SQLiteStore(self.path, keeps_statuses=True)

    def loaded(self) -> dict[str, str]:
        """Return the texts of the stored statuses."""
        return {
            stored.user_id: stored.custom.standing.text for stored in self.store.load().statuses
        }

    @property
    def transactions(self) -> int:
        """Return how many statuses are in the database itself."""
        with closing(connect_to_read(self.path)) as database:
            (count,) = database.execute("SELECT count(*) FROM statuses").fetchone()
        return int(count)

    @property
    def journal(self) -> bytes:
        return journal_of(self.path).read_bytes() if journal_of(self.path).exists() else b""


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    made = new_disk(tmp_path)
    monkeypatch.setattr(status_journal, "time", SimpleNamespace(monotonic=lambda: made.now))
    yield made
    made.store.close()


def new_disk(folder: Path) -> Disk:
    (folder / "0").mkdir()
    made = Disk(folder / "0" / "db")
    made.store.write([AccountRegistered(key, user, 7) for key, user in enumerate(USERS, 1)])
    made.store.commit()
    return made


def test_statuses_are_noted_for_a_second_and_then_written(disk: Disk) -> None:
    written = []
    for number in range(9):
        disk.set("alice", f"text {number}")
        written.append(bool(disk.transactions) and not disk.journal)
        disk.now += 0.25
    assert written == [False, False, False, False, True, False, False, False, False]
    assert (disk.path.parent / "db-statuses").stat().st_mode & 0o777 == 0o600


def test_with_anything_else_they_are_written(disk: Disk) -> None:
    disk.set("alice", "noted")
    assert disk.transactions == 0
    disk.set("bob", "written", AccountRegistered(9, "zoe", 7))
    assert (disk.transactions, disk.journal) == (2, b"")


def test_at_rest_they_are_in_the_database_alone(disk: Disk) -> None:
    disk.set("alice", "noted")
    assert disk.store.rest()
    assert (disk.transactions, disk.journal) == (1, b"")
    assert os.path.getsize(f"{disk.path}-wal") == 0  # noqa: PTH202


def test_while_messages_are_erased_they_keep_nobody_waiting(disk: Disk) -> None:
    disk.set("alice", "noted")
    assert disk.store.has_more_to_erase
    for _ in range(3):
        disk.store.erase_some()
    assert not disk.store.has_more_to_erase
    assert disk.store.rest()
    assert (disk.transactions, disk.journal) == (1, b"")
    disk.kill()
    assert disk.loaded() == {"alice": "noted"}


def test_what_is_set_again_with_the_same_revision_is_the_last_word(disk: Disk) -> None:
    disk.set("alice", "until noon")
    assert disk.store.rest()
    disk.set("alice", "without an end", is_again=True)
    disk.kill()
    assert disk.loaded() == {"alice": "without an end"}


def test_what_was_noted_before_a_transaction_does_not_come_back_after_it(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.set("alice", "noted")
    disk.set("bob", "noted")
    # As if the process was killed right after the transaction.
    monkeypatch.setattr(status_journal.StatusJournal, "clear", lambda journal: None)
    key = 17
    more = [AccountDeleted(2, "bob", 8), AccountRegistered(key, "bob", 9)]
    disk.set("alice", "written", *more, is_again=True)
    assert disk.journal
    disk.kill()
    assert disk.loaded() == {"alice": "written"}


def test_a_journal_that_cannot_be_cleared_takes_nothing_more(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(file: int, size: int) -> None:
        raise OSError("no")

    disk.set("alice", "noted")
    with monkeypatch.context() as broken:
        broken.setattr("imtui.server.store.sqlite.status_journal.os.ftruncate", fail)
        disk.set("alice", "written", AccountRegistered(9, "zoe", 7))
        disk.set("bob", "written, too")
        assert disk.transactions == 2
        with pytest.raises(StoreError):
            disk.store.rest()
    assert disk.store.rest()
    assert disk.journal == b""
    disk.set("bob", "noted")
    assert disk.journal
    disk.kill()
    assert disk.loaded() == {"alice": "written", "bob": "noted"}


def test_at_the_end_they_are_in_the_database_alone(disk: Disk) -> None:
    disk.set("alice", "noted")
    disk.store.close()
    assert sorted(path.name for path in disk.path.parent.iterdir()) == ["db"]
    disk.store = SQLiteStore(disk.path, keeps_statuses=True)
    assert disk.loaded() == {"alice": "noted"}


def test_a_store_that_keeps_none_forgets_the_journal_too(disk: Disk) -> None:
    disk.set("alice", "noted")
    left = disk.path.parent.parent / "left"
    shutil.copytree(disk.path.parent, left)
    store = SQLiteStore(left / "db")
    assert store.load().statuses == []
    store.close()
    assert sorted(path.name for path in left.iterdir()) == ["db"]


def test_a_line_that_was_not_written_whole_ends_the_journal(disk: Disk) -> None:
    disk.set("alice", "noted")
    disk.set("bob", "noted, too")
    with journal_of(disk.path).open("r+b") as journal:
        journal.truncate(len(disk.journal) - 1)
    disk.kill()
    assert disk.loaded() == {"alice": "noted"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"\0" * len(data),
        lambda data: b"",
        lambda data: data.replace(data.split(b"\n")[0], b"17", 1),
        lambda data: b"\xff\n" + data,
    ],
)
def test_rubbish_or_the_journal_of_another_database_is_not_read(
    disk: Disk, damage: Callable[[bytes], bytes]
) -> None:
    disk.set("alice", "written", AccountRegistered(9, "zoe", 7))
    disk.set("alice", "noted")
    journal_of(disk.path).write_bytes(damage(disk.journal))
    disk.kill()
    assert disk.loaded() == {"alice": "written"}


def test_what_cannot_be_noted_is_written(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(file: int, data: bytes) -> int:
        written.append(data)
        return len(data) - 1 if len(written) == 1 else real(file, data)

    written: list[bytes] = []
    real = os.write
    monkeypatch.setattr("imtui.server.store.sqlite.status_journal.os.write", write)
    disk.set("alice", "written")
    assert (disk.transactions, disk.journal) == (1, b"")
    disk.set("alice", "noted")
    assert disk.transactions == 1
    disk.kill()
    assert disk.loaded() == {"alice": "noted"}


def test_what_can_neither_be_noted_nor_written_is_not_committed(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.set("bob", "noted")
    with monkeypatch.context() as full, closing(sqlite3.connect(disk.path)) as other:
        full.setattr("imtui.server.store.sqlite.status_journal.os.write", lambda file, data: 0)
        other.execute("BEGIN IMMEDIATE")
        for _ in range(2):
            with pytest.raises(StoreError, match="locked"):
                disk.set("alice", "lost?")
    disk.store.commit()
    disk.kill()
    assert disk.loaded() == {"alice": "lost?", "bob": "noted"}


_steps = st.one_of(
    st.tuples(st.just("set"), st.sampled_from(USERS)),
    st.tuples(st.just("again"), st.sampled_from(USERS)),
    st.tuples(st.sampled_from(("rest", "kill", "later", "other", "erase")), st.just("")),
    st.tuples(st.just("delete"), st.sampled_from(USERS[1:])),
)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(_steps, max_size=20))
def test_whatever_happens_all_that_was_committed_is_there(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    disk = new_disk(tmp_path_factory.mktemp("disk"))
    expected: dict[str, str] = {}
    alive = dict(zip(USERS, range(1, 9), strict=False))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(status_journal, "time", SimpleNamespace(monotonic=lambda: disk.now))
        for number, (step, user_id) in enumerate(steps):
            if step in ("set", "again") and user_id in alive:
                disk.set(user_id, f"text {number}", is_again=step == "again")
                expected[user_id] = f"text {number}"
            elif step == "rest":
                disk.store.rest()
            elif step == "kill":
                disk.kill()
                assert disk.loaded() == expected
            elif step == "erase":
                disk.store.erase_some()
            elif step == "later":
                disk.now += 1.5
            elif step == "other":
                disk.store.write([AccountRegistered(100 + number, f"user{number}", 7)])
                disk.store.commit()
            elif step == "delete" and user_id in alive:
                disk.store.write([AccountDeleted(alive.pop(user_id), user_id, 8)])
                disk.store.commit()
                expected.pop(user_id, None)
        disk.kill()
        assert disk.loaded() == expected
    disk.store.close()
