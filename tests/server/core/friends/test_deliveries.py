"""Which changes of friends are pushed together, and to whom they are pushed."""

from typing import Final

import pytest

from imtui.protocol.friendship import FriendApplicationType
from imtui.protocol.profiles import UserFullInfo
from imtui.server.core.change import Change
from imtui.server.core.friends.book import FriendNote
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
from imtui.server.core.friends.deliveries import merged
from imtui.server.core.friends.request import FriendRequest
from tests.server.core.delivering import BOB, LAPTOP, PHONE, delivered, make_world, pushed
from tests.server.core.world import JSON, World


@pytest.fixture
def world() -> World:
    return make_world()


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


REQUEST: Final = FriendRequest("alice", "bob", 5, "Hello")


def group(*user_ids: str) -> JSON:
    return {"groupName": "Work", "userIDList": list(user_ids)}


@pytest.mark.parametrize(
    ("change", "method", "params"),
    [
        (FriendGroupCreated("alice", "Work", ("bob",)), "onFriendGroupCreated", group("bob")),
        (
            FriendGroupsDeleted("alice", ("Work", "Home")),
            "onFriendGroupDeleted",
            {"groupNameList": ["Work", "Home"]},
        ),
        (
            FriendGroupRenamed("alice", "Work", "Home"),
            "onFriendGroupNameChanged",
            {"oldName": "Work", "newName": "Home"},
        ),
        (FriendsGrouped("alice", "Work", ("bob",)), "onFriendsAddedToGroup", group("bob")),
        (FriendsUngrouped("alice", "Work", ("bob",)), "onFriendsDeletedFromGroup", group("bob")),
        (FriendRequestsRead("alice"), "onFriendApplicationListRead", {}),
        (BlackListAdded("alice", ("dave",)), "onBlackListAdded", {"userIDList": ["dave"]}),
        (BlackListDeleted("alice", ("dave",)), "onBlackListDeleted", {"userIDList": ["dave"]}),
    ],
)
def test_what_one_does_oneself_goes_to_own_devices_only(
    world: World, change: Change, method: str, params: JSON
) -> None:
    assert pushed(world, change) == [((PHONE, LAPTOP), method, params)]


def test_new_friends_are_shown_with_their_statuses_and_noted_ones_without(world: World) -> None:
    ((session_ids, method, params),) = pushed(world, FriendsAdded("bob", ("alice",)))
    (friend,) = params["friendInfoList"]
    assert (session_ids, method) == ((BOB,), "onFriendListAdded")
    assert (friend["userID"], friend["userStatus"]["userID"]) == ("alice", "alice")
    noted = FriendNoted("bob", "alice", FriendNote("Al"), 0)
    ((session_ids, method, params),) = pushed(world, noted)
    (friend,) = params["friendInfoList"]
    assert (session_ids, method) == ((BOB,), "onFriendInfoChanged")
    assert friend == {"userID": "alice", "userStatus": None}
    assert delivered(world, FriendsAdded("nobody", ("alice",))) == []


def test_a_request_is_shown_to_each_of_the_two_from_their_side(world: World) -> None:
    added = pushed(world, FriendRequestAdded(REQUEST))
    assert [(session_ids, method) for session_ids, method, _ in added] == [
        ((PHONE, LAPTOP), "onFriendApplicationListAdded"),
        ((BOB,), "onFriendApplicationListAdded"),
    ]
    (of_asker,), (of_receiver,) = (params["friendApplicationList"] for _, _, params in added)
    assert (of_asker["userID"], of_asker["type"]) == ("bob", FriendApplicationType.SEND_OUT)
    assert (of_receiver["userID"], of_receiver["type"]) == ("alice", FriendApplicationType.COME_IN)
    method = "onFriendApplicationListDeleted"
    assert pushed(world, FriendRequestDeleted("alice", "bob")) == [
        ((PHONE, LAPTOP), method, {"userIDList": ["bob"]}),
        ((BOB,), method, {"userIDList": ["alice"]}),
    ]


def test_a_profile_goes_to_own_devices_and_to_those_who_have_the_user_as_a_friend(
    world: World,
) -> None:
    info = UserFullInfo("alice", "Alice")
    (own,) = pushed(world, ProfileChanged(info, False))
    assert own[:2] == ((PHONE, LAPTOP), "onSelfInfoUpdated")
    assert own[2]["userInfo"]["nickName"] == "Alice"
    first, (session_ids, method, _) = pushed(world, ProfileChanged(info, True))
    assert first == own
    assert (session_ids, method) == ((BOB,), "onFriendInfoChanged")
    world.lose(BOB)
    assert len(delivered(world, ProfileChanged(info, True))) == 1
