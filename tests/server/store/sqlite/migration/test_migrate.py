"""A database of an earlier version is migrated at its first start, and kept for a while."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from imtui.protocol.profiles import UserFullInfo
from imtui.server.core.archive import View
from imtui.server.core.change import Change
from imtui.server.core.friends.book import FriendNote
from imtui.server.core.friends.changes import (
    BlackListAdded,
    FriendGroupCreated,
    FriendNoted,
    FriendRequestAdded,
    FriendsAdded,
    ProfileChanged,
)
from imtui.server.core.friends.request import FriendRequest
from imtui.server.core.messages.conversation import Conversations
from imtui.server.store.sql.schema import SCHEMA_VERSION
from imtui.server.store.sqlite.checking import check_database
from imtui.server.store.sqlite.connecting import size_of_log
from imtui.server.store.sqlite.migration import conversations as migrating_conversations
from imtui.server.store.sqlite.migration.copy import copy_of
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError
from tests.server.core.world import World
from tests.server.store.recorded.recording import NAMES
from tests.server.store.sql.stores import ACCOUNTS, ALICE, BOB, reopened
from tests.server.store.sqlite.migration.old_databases import (
    add_messages,
    all_of,
    make,
    names,
    restore,
    version_at,
)
from tests.server.store.sqlite.opening import opened


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_a_database_of_an_earlier_version_is_migrated_and_keeps_all(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "db"
    make(path, version)
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("INSERT INTO friends (owner, friend) VALUES ('alice', 'bob')")
        old.execute("INSERT INTO subscriptions (owner, user_id) VALUES ('alice', 'carol')")
    if version >= 2:
        add_messages(path, 1, version=version)
    changes: list[Change] = [
        FriendsAdded("bob", ("alice",)),
        FriendNoted("alice", "bob", FriendNote("Bobby"), 0),
        FriendGroupCreated("alice", "Work", ("bob",)),
        BlackListAdded("alice", ("carol",)),
        FriendRequestAdded(FriendRequest("carol", "bob", 9)),
        ProfileChanged(UserFullInfo("bob", "Bob"), True),
    ]
    stored = reopened(path, changes)
    assert stored.start == 43
    assert stored.accounts == ACCOUNTS
    assert stored.friends == [("alice", "bob", 0), ("bob", "alice", 0)]
    assert stored.friend_notes == [("alice", "bob", FriendNote("Bobby"))]
    assert stored.grouped_friends == [("alice", "Work", "bob")]
    assert stored.blocked == [("alice", "carol", 0)]
    assert stored.friend_requests == [FriendRequest("carol", "bob", 9)]
    assert stored.profiles == [UserFullInfo("bob", "Bob")]
    assert stored.subscriptions == [("alice", "carol")]
    assert len(stored.conversations) == (version >= 2)
    assert version_at(path) == SCHEMA_VERSION == 5
    with opened(path) as store:
        assert (store.archive.find(ALICE, "m1") is not None) == (version >= 2)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_recorded_is_sound_after_the_migration(tmp_path: Path, name: str) -> None:
    restore(tmp_path / "db", name)
    before = all_of(tmp_path / "db")
    SQLiteStore(tmp_path / "db").close()
    after = all_of(tmp_path / "db")
    assert after[: len(before)] == before
    assert check_database(tmp_path / "db") == []
    assert (tmp_path / "db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", NAMES[1:])
def test_what_is_counted_is_what_is_found_after_the_migration(tmp_path: Path, name: str) -> None:
    restore(tmp_path / "db", name)
    world = World(tmp_path / "db")
    conversations = world.state[Conversations]
    found = 0
    for conversation in conversations._by_key.values():
        for member in conversation.members:
            last = conversation.last_seq
            unread = world.archive.count_unread(member.view, member.read_seq, last)
            assert conversation.unread(member) == unread
            visible = world.archive.before(member.view, last + 1, last)
            listed = [
                one.seq for one in visible if one.seq > member.unlisted_seq and not one.is_unlisted
            ]
            assert conversation.newest(member) == max(listed, default=0)
            hidden = world.archive.hidden(member.view, 0, last)
            assert len(hidden) + len(visible) == last - member.floor
            assert [one.own_version for one in hidden] == list(range(1, len(hidden) + 1))
            assert member.own_version == len(hidden) + (member.cleared_seq > 0)
            found += last > 0
    assert found
    world.close()


class Side(NamedTuple):
    """What a member sees after the migration."""

    seqs: list[int]
    cleared_seq: int
    hidden: list[int]
    own_version: int


@pytest.mark.parametrize(
    ("deleted", "expected"),
    [
        ((), Side([1, 2, 3, 4, 5], 0, [], 0)),
        ((1, 2), Side([3, 4, 5], 2, [], 1)),
        ((2, 4), Side([1, 3, 5], 0, [2, 4], 2)),
        ((1, 3, 5), Side([2, 4], 1, [3, 5], 3)),
        ((1, 2, 3, 4, 5), Side([], 5, [], 1)),
    ],
)
def test_a_deleted_beginning_becomes_a_floor_and_the_rest_is_hidden(
    tmp_path: Path, deleted: tuple[int, ...], expected: Side
) -> None:
    path = tmp_path / "db"
    make(path, 4)
    add_messages(path, 5)
    with closing(sqlite3.connect(path)) as old, old:
        old.execute(f"UPDATE messages SET deleted_high = seq IN ({str(deleted)[1:-1].strip(',')})")
    with opened(path) as store:
        (conversation,) = store.load().conversations
        member = conversation.member("bob")
        archive = store.archive
        assert (
            Side(
                [one.seq for one in archive.before(member.view, 9, 9)[::-1]],
                member.cleared_seq,
                [one.message.seq for one in archive.hidden(member.view, 0, 9)],
                member.own_version,
            )
            == expected
        )
        assert conversation.unread(member) == len(expected.seqs)
        assert conversation.newest(member) == max(expected.seqs, default=0)
        # For alice all are there.
        assert len(archive.before(View(1, ALICE, 0), 9, 9)) == 5


def test_settings_without_messages_become_a_conversation(tmp_path: Path) -> None:
    path = tmp_path / "db"
    make(path, 4)
    with closing(sqlite3.connect(path)) as old, old:
        side = "INSERT INTO sides (owner, peer, read_seq, read_at, pinned, recv_opt) VALUES"
        old.execute(f"{side} ('bob', 'alice', 0, 0, 1, 2)")
        old.execute(f"{side} ('alice', 'bob', 0, 0, 0, 1)")
    (conversation,) = reopened(path).conversations
    assert [(one.account, one.is_pinned, one.recv_opt) for one in conversation.members] == [
        (ALICE, False, 1),
        (BOB, True, 2),
    ]
    assert conversation.last_seq == 0


def test_what_is_in_the_log_is_migrated_too(tmp_path: Path) -> None:
    make(tmp_path / "running", 4)
    with closing(sqlite3.connect(tmp_path / "running", isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        old.execute("UPDATE app SET start = 77")
        shutil.copyfile(tmp_path / "running", tmp_path / "db")
        shutil.copyfile(tmp_path / "running-wal", tmp_path / "db-wal")
    assert size_of_log(tmp_path / "db")
    assert reopened(tmp_path / "db").start == 78
    with closing(sqlite3.connect(copy_of(tmp_path / "db"))) as copy:
        assert copy.execute("SELECT start FROM app").fetchone() == (77,)
    assert sorted(names(tmp_path)) == ["db", "db.before-5", "running"]


def test_it_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating_conversations, "_PROGRESS_EVERY", 1000)
    make(tmp_path / "db", 4)
    add_messages(tmp_path / "db", 3500)
    told: list[str] = []
    SQLiteStore(tmp_path / "db", told.append).close()
    assert told == [
        "Migrating db from version 4 to 5 of its schema",
        "1,000 of 3,500 messages migrated",
        "2,000 of 3,500 messages migrated",
        "3,000 of 3,500 messages migrated",
        "Making the indexes",
        "The database is migrated",
    ]
    told.clear()
    SQLiteStore(tmp_path / "db", told.append).close()
    SQLiteStore(tmp_path / "new", told.append).close()
    assert told == []


@pytest.mark.parametrize(("version", "copies"), [(4, 1), (3, 2)])
def test_without_enough_room_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int, copies: int
) -> None:
    path = tmp_path / "db"
    make(path, version)
    needed = int(path.stat().st_size * 1.25 * copies)
    before, disk_usage = path.read_bytes(), shutil.disk_usage

    def let_be_free(free: int) -> None:
        usage = disk_usage(tmp_path)._replace(free=free)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)

    let_be_free(needed - 1)
    with pytest.raises(StoreError, match=r"1 MiB of free disk space.* 0 MiB are free") as told:
        SQLiteStore(path)
    assert "\n" not in str(told.value)
    assert path.read_bytes() == before
    assert names(tmp_path) == ["db"]
    monkeypatch.undo()
    let_be_free(needed)
    SQLiteStore(path).close()
    assert version_at(path) == 5


def overwritten_pages(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[4096 * 4 :] = b"\xff" * (len(whole) - 4096 * 4)
    path.write_bytes(whole)


def unknown_sender(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE messages SET sender = 'nobody' WHERE seq = 2")


def unknown_owner(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DELETE FROM accounts WHERE user_id = 'bob'")


def unknown_option(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        sides = "INSERT INTO sides (owner, peer, read_seq, read_at, pinned, recv_opt)"
        database.execute(f"{sides} VALUES ('bob', 'alice', 0, 0, 0, 99)")


def unknown_friend(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO friends (owner, friend) VALUES ('bob', 'nobody')")


@pytest.mark.parametrize(
    "spoil", [overwritten_pages, unknown_sender, unknown_owner, unknown_option, unknown_friend]
)
def test_a_damaged_database_is_told_in_one_line_and_left_as_it_is(
    tmp_path: Path, spoil: Callable[[Path], Any]
) -> None:
    path = tmp_path / "db"
    make(path, 4)
    add_messages(path, 300)
    spoil(path)
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(StoreError, match="Restore it from a backup") as told:
            SQLiteStore(path)
        assert "\n" not in str(told.value)
        assert path.read_bytes() == before
        assert names(tmp_path) == ["db"]


def test_what_an_interrupted_migration_left_is_removed(tmp_path: Path) -> None:
    make(tmp_path / "db", 4)
    for name in ("db.new-5", "db.new-5-journal", "db.new-4", "db.new-4-wal"):
        (tmp_path / name).write_bytes(b"half of it")
    (tmp_path / "db.before-5").write_bytes(b"of an attempt before")
    assert reopened(tmp_path / "db").start == 42
    assert names(tmp_path) == ["db", "db.before-5"]
    assert version_at(copy_of(tmp_path / "db")) == 4


def test_while_somebody_else_uses_the_database_it_is_not_migrated(tmp_path: Path) -> None:
    path = tmp_path / "db"
    make(path, 4)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN")
        other.execute("SELECT * FROM app").fetchall()
        with pytest.raises(StoreError, match="another process has locked it"):
            SQLiteStore(path)
    assert version_at(path) == 4
    assert reopened(path).start == 42
