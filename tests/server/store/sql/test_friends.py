"""Friends, groups, requests, blocklists and profiles come back after a restart."""

from pathlib import Path

from imtui.protocol.profiles import FriendAllowType, UserFullInfo
from imtui.server.core.friends.book import NO_NOTE, FriendNote
from imtui.server.core.friends.changes import (
    BlackListAdded,
    BlackListDeleted,
    FriendGroupCreated,
    FriendGroupRenamed,
    FriendGroupsDeleted,
    FriendNoted,
    FriendRequestAdded,
    FriendRequestDeleted,
    FriendRequestsRead,
    FriendsAdded,
    FriendsDeleted,
    FriendsGrouped,
    FriendsUngrouped,
    ProfileChanged,
)
from imtui.server.core.friends.request import FriendRequest
from tests.server.store.sql.stores import PEOPLE, reopened


def test_remarks_and_groups_come_back_and_go_with_the_friend(database: Path) -> None:
    stored = reopened(
        database,
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


def test_what_an_admin_noted_of_friends_and_in_profiles_comes_back(database: Path) -> None:
    first = FriendNote("mate", "AddSource_Type_Web", "hello", {"Tag_SNS_Custom_X": 5})
    later = FriendNote("", "AddSource_Type_Web", "", {"Tag_SNS_Custom_X": "one\ntwo"})
    profile = UserFullInfo("bob", level=3, may_not_add=True, custom_info={"X": "1", "Y": 1})
    stored = reopened(
        database,
        PEOPLE,
        [FriendsAdded("alice", ("bob", "carol"), first, 9), ProfileChanged(profile, False)],
        [FriendNoted("alice", "carol", later, 7)],
    )
    assert stored.friends == [("alice", "bob", 9), ("alice", "carol", 7)]
    assert stored.friend_notes == [("alice", "bob", first), ("alice", "carol", later)]
    assert stored.profiles == [profile]


def test_requests_come_back_in_the_order_in_which_they_were_last_made(database: Path) -> None:
    first = FriendRequest("bob", "alice", 5, "hello", "Ally", "Work")
    second = FriendRequest("carol", "alice", 6)
    third = FriendRequest("alice", "carol", 7)
    renewed = FriendRequest("bob", "alice", 8, "hello again", source="AddSource_Type_Web")
    stored = reopened(
        database,
        PEOPLE,
        [FriendRequestAdded(first), FriendRequestAdded(second), FriendRequestAdded(third)],
        [
            FriendRequestsRead("alice"),
            FriendRequestAdded(renewed),
            FriendRequestDeleted("alice", "carol"),
        ],
    )
    assert stored.friend_requests == [FriendRequest("carol", "alice", 6, is_read=True), renewed]


def test_blocklists_and_profiles_come_back(database: Path) -> None:
    profile = UserFullInfo("bob", "Bobby", "x", FriendAllowType.DENY_ANY)
    stored = reopened(
        database,
        PEOPLE,
        [BlackListAdded("alice", ("carol", "bob")), BlackListAdded("bob", ("alice",))],
        [BlackListDeleted("alice", ("bob",)), ProfileChanged(UserFullInfo("bob", "Bob"), True)],
        [BlackListAdded("alice", ("bob",)), ProfileChanged(profile, True)],
    )
    assert stored.blocked == [("alice", "carol", 0), ("bob", "alice", 0), ("alice", "bob", 0)]
    assert stored.profiles == [profile]
