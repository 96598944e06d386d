"""The tables of friendship and profiles: back after a restart, made from earlier versions."""

import sqlite3
from pathlib import Path

import pytest

from imtui.protocol.profiles import FriendAllowType, UserFullInfo
from imtui.server.core.changes import (
    AccountRegistered,
    ApplicationAdded,
    ApplicationDeleted,
    ApplicationsRead,
    BlackListAdded,
    BlackListDeleted,
    Change,
    FriendGroupCreated,
    FriendGroupRenamed,
    FriendGroupsDeleted,
    FriendNoted,
    FriendsAdded,
    FriendsDeleted,
    FriendsGrouped,
    FriendsUngrouped,
    ProfileChanged,
)
from imtui.server.core.friends.application import Application
from imtui.server.core.friends.friend_book import NO_NOTE, FriendNote
from imtui.server.core.stored import StoredAccount, StoredApp
from imtui.server.store.sqlite import friendship_tables, message_tables
from imtui.server.store.sqlite.store import _FIRST_SCHEMA, SCHEMA_VERSION, SQLiteStore

USERS = ["alice", "bob", "carol"]
PEOPLE: list[Change] = [AccountRegistered(user_id, 7) for user_id in USERS]


def reopened(path: Path, *commits: list[Change]) -> StoredApp:
    for changes in (*commits, []):
        store = SQLiteStore(path)
        stored = store.load()
        store.write(changes)
        store.commit()
        store.close()
    return stored


def test_remarks_and_groups_come_back_and_go_with_the_friend(tmp_path: Path) -> None:
    stored = reopened(
        tmp_path / "db",
        PEOPLE,
        [
            FriendsAdded("alice", ("bob", "carol"), FriendNote("mate"), 9),
            FriendsAdded("bob", ("alice",)),
            FriendNoted("alice", "carol", NO_NOTE, 9),
            FriendGroupCreated("alice", "Work", ("bob", "carol")),
            FriendGroupCreated("alice", "Choir", ()),
            FriendGroupCreated("alice", "Gone", ("bob",)),
            FriendGroupCreated("bob", "Work", ("alice",)),
        ],
        [
            FriendGroupRenamed("alice", "Work", "Zoo"),
            FriendsGrouped("alice", "Choir", ("bob", "carol")),
            FriendsUngrouped("alice", "Choir", ("bob",)),
            FriendGroupsDeleted("alice", ("Gone",)),
            FriendsDeleted("alice", ("carol",)),
        ],
    )
    assert stored.friends == [("alice", "bob", 9), ("bob", "alice", 0)]
    assert stored.friend_notes == [("alice", "bob", FriendNote("mate"))]
    assert stored.friend_groups == [("alice", "Zoo"), ("alice", "Choir"), ("bob", "Work")]
    assert stored.grouped_friends == [("alice", "Zoo", "bob"), ("bob", "Work", "alice")]


def test_what_an_admin_noted_of_friends_and_in_profiles_comes_back(tmp_path: Path) -> None:
    first = FriendNote("mate", "AddSource_Type_Web", "hello", {"Tag_SNS_Custom_X": 5})
    later = FriendNote("", "AddSource_Type_Web", "", {"Tag_SNS_Custom_X": "one\ntwo"})
    profile = UserFullInfo("bob", level=3, may_not_add=True, custom_info={"X": "1", "Y": 1})
    stored = reopened(
        tmp_path / "db",
        PEOPLE,
        [FriendsAdded("alice", ("bob", "carol"), first, 9), ProfileChanged(profile, False)],
        [FriendNoted("alice", "carol", later, 7)],
    )
    assert stored.friends == [("alice", "bob", 9), ("alice", "carol", 7)]
    assert stored.friend_notes == [("alice", "bob", first), ("alice", "carol", later)]
    assert stored.profiles == [profile]


def test_requests_come_back_in_the_order_in_which_they_were_last_made(tmp_path: Path) -> None:
    first = Application("bob", "alice", 5, "hello", "Ally", "Work")
    second = Application("carol", "alice", 6)
    third = Application("alice", "carol", 7)
    renewed = Application("bob", "alice", 8, "hello again", source="AddSource_Type_Web")
    stored = reopened(
        tmp_path / "db",
        PEOPLE,
        [ApplicationAdded(first), ApplicationAdded(second), ApplicationAdded(third)],
        [
            ApplicationsRead("alice"),
            ApplicationAdded(renewed),
            ApplicationDeleted("alice", "carol"),
        ],
    )
    assert stored.applications == [Application("carol", "alice", 6, is_read=True), renewed]


def test_blocklists_and_profiles_come_back(tmp_path: Path) -> None:
    profile = UserFullInfo("bob", "Bobby", "x", FriendAllowType.DENY_ANY)
    stored = reopened(
        tmp_path / "db",
        PEOPLE,
        [BlackListAdded("alice", ("carol", "bob")), BlackListAdded("bob", ("alice",))],
        [BlackListDeleted("alice", ("bob",)), ProfileChanged(UserFullInfo("bob", "Bob"), True)],
        [BlackListAdded("alice", ("bob",)), ProfileChanged(profile, True)],
    )
    assert stored.blocked == [("alice", "carol", 0), ("bob", "alice", 0), ("alice", "bob", 0)]
    assert stored.profiles == [profile]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_database_of_an_earlier_version_is_brought_up_to_date_and_keeps_all(
    tmp_path: Path, version: int
) -> None:
    schemas = [_FIRST_SCHEMA, message_tables.SCHEMA, friendship_tables.SCHEMA]
    steps = "".join(schemas[:version])
    old = sqlite3.connect(tmp_path / "db", isolation_level=None)
    old.executescript(f"BEGIN; {steps} PRAGMA user_version = {version}; COMMIT;")
    old.execute("UPDATE app SET start = 41")
    old.executemany("INSERT INTO accounts VALUES (?, 7, NULL)", [(name,) for name in USERS])
    old.execute("INSERT INTO friends (owner, friend) VALUES ('alice', 'bob')")
    if version >= 2:
        row = ("alice", "bob", 1, 1, "alice", "m1", 5, 1, "hello", b"", "", 0, 0, 0)
        old.execute(f"INSERT INTO messages VALUES ({', '.join('?' * 14)})", row)
    old.close()
    changes: list[Change] = [
        FriendNoted("alice", "bob", FriendNote("Bobby"), 0),
        FriendGroupCreated("alice", "Work", ("bob",)),
        BlackListAdded("alice", ("carol",)),
        ApplicationAdded(Application("carol", "bob", 9)),
        ProfileChanged(UserFullInfo("bob", "Bob"), True),
    ]
    stored = reopened(tmp_path / "db", changes)
    assert stored.start == 43
    assert stored.accounts == [StoredAccount(name, 7) for name in USERS]
    assert stored.friends == [("alice", "bob", 0)]
    assert stored.friend_notes == [("alice", "bob", FriendNote("Bobby"))]
    assert stored.grouped_friends == [("alice", "Work", "bob")]
    assert stored.blocked == [("alice", "carol", 0)]
    assert stored.applications == [Application("carol", "bob", 9)]
    assert stored.profiles == [UserFullInfo("bob", "Bob")]
    assert len(stored.conversations) == (version >= 2)
    database = sqlite3.connect(tmp_path / "db")
    assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,) == (4,)
    database.close()
