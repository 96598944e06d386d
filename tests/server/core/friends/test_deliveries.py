"""Which changes of friends are pushed together."""

from imtui.protocol.profiles import UserFullInfo
from imtui.server.core.change import Change
from imtui.server.core.friends.changes import (
    FriendGroupCreated,
    FriendsAdded,
    FriendsDeleted,
    FriendsGrouped,
    ProfileChanged,
)
from imtui.server.core.friends.deliveries import merged


def test_new_friends_of_each_user_and_group_are_told_together() -> None:
    changes: list[Change] = [
        FriendsAdded("alice", ("bob",)),
        FriendGroupCreated("alice", "Work", ("bob",)),
        FriendsAdded("bob", ("alice",)),
        FriendsAdded("alice", ("carol",)),
        FriendsGrouped("alice", "Work", ("carol",)),
        FriendsAdded("alice", ("dave", "erin")),
        FriendsGrouped("alice", "Choir", ("dave",)),
        FriendsGrouped("alice", "Work", ("dave", "erin")),
    ]
    assert merged(changes) == [
        FriendsAdded("alice", ("bob", "carol", "dave", "erin")),
        FriendGroupCreated("alice", "Work", ("bob",)),
        FriendsAdded("bob", ("alice",)),
        FriendsGrouped("alice", "Work", ("carol", "dave", "erin")),
        FriendsGrouped("alice", "Choir", ("dave",)),
    ]


def test_what_comes_after_another_change_is_told_after_it() -> None:
    changes: list[Change] = [
        FriendsAdded("alice", ("bob",)),
        FriendsDeleted("alice", ("bob",)),
        FriendsAdded("alice", ("bob",)),
        ProfileChanged(UserFullInfo("bob", "Bob"), True),
        FriendsAdded("alice", ("carol",)),
    ]
    assert merged(changes) == changes


def test_a_hundred_friends_are_told_of_at_once_at_most() -> None:
    names = [f"u{number}" for number in range(250)]
    told = merged([FriendsAdded("alice", (name,)) for name in names])
    assert told == [
        FriendsAdded("alice", tuple(names[start : start + 100])) for start in (0, 100, 200)
    ]
