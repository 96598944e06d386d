"""Remarks on friends, friend groups, and the relation between users."""

from typing import Any

import pytest

from ..worlds.befriending import friend, friends, groups, infos, names
from ..worlds.chatting import pair
from ..worlds.core_world import CoreWorld
from ..worlds.raw_client import Push
from ..worlds.world import Client, World, befriend, code, login, register


async def with_friends(world: World, *user_ids: str) -> Client:
    """Return a connection of alice, with these friends."""
    await register(world, *user_ids)
    alice = await login(world, "alice")
    for user_id in user_ids:
        await alice.call("addFriend", userID=user_id)
    await alice.told()
    return alice


async def test_a_remark_is_told_to_all_own_devices_and_nobody_else(world: World) -> None:
    alice, bob = await pair(world)
    await befriend(alice, bob, "bob")
    phone = await login(world, "alice")
    await alice.told()
    assert await alice.call("setFriendInfo", userID="bob", friendRemark=" Bobby ") == {}
    for own in (alice, phone):
        assert await own.told() == [
            Push(
                "onFriendInfoChanged",
                {
                    "friendInfoList": [
                        {"userID": "bob", "userStatus": None, "friendRemark": "Bobby"}
                    ]
                },
            )
        ]
    assert await bob.told() == []
    await alice.call("setFriendInfo", userID="bob", friendRemark="Bobby")
    assert await alice.told() == []
    await alice.call("setFriendInfo", userID="bob", friendRemark="")
    assert await friend(alice, "bob") == {"userID": "bob"}


async def test_a_remark_goes_with_the_friend(world: World) -> None:
    alice = await with_friends(world, "bob")
    await alice.call("setFriendInfo", userID="bob", friendRemark="Bobby")
    await alice.call("createFriendGroup", groupName="Work", userIDList=["bob"])
    await alice.call("deleteFromFriendList", userIDList=["bob"])
    assert await groups(alice) == {"Work": 0}
    await alice.call("addFriend", userID="bob")
    assert await friend(alice, "bob") == {"userID": "bob"}
    await world.restart()
    alice = await login(world, "alice")
    assert await friend(alice, "bob") == {"userID": "bob"}
    assert await groups(alice) == {"Work": 0}


async def test_remarks_that_are_refused(world: World) -> None:
    alice = await with_friends(world, "bob")
    await register(world, "carol")
    for user_id, remark, result in (
        ("bob", "x" * 97, 9002),
        ("bob", "a\nb", 6017),
        ("no ID", "x", 6017),
        ("carol", "x", 30001),
        ("nobody", "x", 30001),
    ):
        wish = {"userID": user_id, "friendRemark": remark}
        assert await code(alice.call("setFriendInfo", **wish)) == result
    assert await alice.call("setFriendInfo", userID="bob", friendRemark="x" * 96) == {}


async def test_groups_are_told_to_all_own_devices(world: World) -> None:
    alice = await with_friends(world, "bob", "carol", "dave")
    phone = await login(world, "alice")
    await alice.told()
    steps: list[tuple[str, dict[str, Any], Push]] = [
        (
            "createFriendGroup",
            {"groupName": " Work ", "userIDList": ["bob", "stranger", "carol"]},
            Push("onFriendGroupCreated", {"groupName": "Work", "userIDList": ["bob", "carol"]}),
        ),
        (
            "addFriendsToFriendGroup",
            {"groupName": "Work", "userIDList": ["carol", "dave"]},
            Push("onFriendsAddedToGroup", {"groupName": "Work", "userIDList": ["dave"]}),
        ),
        (
            "deleteFriendsFromFriendGroup",
            {"groupName": "Work", "userIDList": ["carol", "stranger"]},
            Push("onFriendsDeletedFromGroup", {"groupName": "Work", "userIDList": ["carol"]}),
        ),
        (
            "renameFriendGroup",
            {"oldName": "Work", "newName": "Old work"},
            Push("onFriendGroupNameChanged", {"oldName": "Work", "newName": "Old work"}),
        ),
    ]
    for method, params, push in steps:
        assert await alice.call(method, **params) == {}
        assert await alice.told() == await phone.told() == [push]
    assert (await friend(alice, "dave"))["friendGroups"] == ["Old work"]
    assert "friendGroups" not in await friend(alice, "carol")
    assert await groups(alice) == {"Old work": 2}
    await alice.call("deleteFriendGroup", groupNameList=["Old work", "None"])
    gone = Push("onFriendGroupDeleted", {"groupNameList": ["Old work"]})
    assert await alice.told() == await phone.told() == [gone]
    assert await names(alice) == ["bob", "carol", "dave"]
    assert await groups(alice) == {}


async def test_what_changes_nothing_tells_nothing(world: World) -> None:
    alice = await with_friends(world, "bob", "carol")
    await alice.call("createFriendGroup", groupName="Work", userIDList=["bob"])
    await alice.told()
    await alice.call("addFriendsToFriendGroup", groupName="Work", userIDList=["bob"])
    await alice.call("deleteFriendsFromFriendGroup", groupName="Work", userIDList=["carol"])
    await alice.call("renameFriendGroup", oldName="Work", newName="Work")
    assert await alice.told() == []


async def test_groups_that_are_refused(world: World) -> None:
    alice = await with_friends(world, "bob")
    await alice.call("createFriendGroup", groupName="Work")
    await alice.call("createFriendGroup", groupName="x" * 30)
    refused: list[tuple[str, dict[str, Any], int]] = [
        ("createFriendGroup", {"groupName": "Work"}, 30001),
        ("createFriendGroup", {"groupName": " "}, 9005),
        ("createFriendGroup", {"groupName": "x" * 31}, 9005),
        ("createFriendGroup", {"groupName": "a\x00b"}, 6017),
        ("createFriendGroup", {"groupName": "New", "userIDList": ["no ID"]}, 6017),
        ("renameFriendGroup", {"oldName": "None", "newName": "New"}, 30001),
        ("renameFriendGroup", {"oldName": "Work", "newName": "x" * 30}, 30001),
        ("renameFriendGroup", {"oldName": "Work", "newName": ""}, 9005),
        ("addFriendsToFriendGroup", {"groupName": "None", "userIDList": ["bob"]}, 30001),
        ("addFriendsToFriendGroup", {"groupName": "Work", "userIDList": ["eve"]}, 30001),
        ("addFriendsToFriendGroup", {"groupName": "Work", "userIDList": []}, 6017),
        ("deleteFriendsFromFriendGroup", {"groupName": "None", "userIDList": ["bob"]}, 30001),
        ("deleteFriendsFromFriendGroup", {"groupName": "Work", "userIDList": []}, 6017),
        ("deleteFriendGroup", {"groupNameList": []}, 6017),
        ("deleteFriendGroup", {"groupNameList": [str(n) for n in range(33)]}, 6017),
        ("deleteFriendGroup", {"groupNameList": ["None"]}, 30001),
    ]
    await alice.told()
    for method, params, result in refused:
        assert await code(alice.call(method, **params)) == result, (method, params)
    assert await alice.told() == []
    assert await groups(alice) == {"Work": 0, "x" * 30: 0}


async def test_there_are_at_most_32_groups(core_world: CoreWorld) -> None:
    alice = await with_friends(core_world, "bob")
    await register(core_world, "carol")
    for number in range(32):
        await alice.call("createFriendGroup", groupName=f"group {number}")
    assert await code(alice.call("createFriendGroup", groupName="one more")) == 30011
    wish = {"userID": "carol", "friendGroup": "one more"}
    assert await code(alice.call("addFriend", **wish)) == 30011
    assert await names(alice) == ["bob"]
    await alice.call("addFriend", userID="carol", friendGroup="group 7")
    assert (await friend(alice, "carol"))["friendGroups"] == ["group 7"]
    await alice.call("deleteFriendGroup", groupNameList=["group 0"])
    await alice.call("createFriendGroup", groupName="one more")


async def test_notes_are_kept(world: World) -> None:
    alice = await with_friends(world, "bob", "carol")
    await alice.call("setFriendInfo", userID="bob", friendRemark="Bobby")
    for name in ("Work", "Choir", "Gone"):
        await alice.call("createFriendGroup", groupName=name, userIDList=["bob", "carol"])
    await alice.call("renameFriendGroup", oldName="Work", newName="Zoo")
    await alice.call("deleteFriendsFromFriendGroup", groupName="Choir", userIDList=["bob"])
    await alice.call("deleteFriendGroup", groupNameList=["Gone"])
    await world.restart()
    alice = await login(world, "alice")
    assert list((await groups(alice)).items()) == [("Zoo", 2), ("Choir", 1)]
    assert await friend(alice, "bob") == {
        "userID": "bob",
        "friendRemark": "Bobby",
        "friendGroups": ["Zoo"],
    }
    assert (await friend(alice, "carol"))["friendGroups"] == ["Choir", "Zoo"]


async def test_how_one_stands_to_whom(world: World) -> None:
    alice = await with_friends(world, "both")
    await register(world, "none", "mine", "theirs")
    theirs = await login(world, "theirs")
    await alice.call("addFriend", userID="mine", addType=1)
    await theirs.call("addFriend", userID="alice", addType=1)
    asked = ["theirs", "nobody", "none", "both", "mine", "alice"]

    async def relations(**fields: Any) -> list[tuple[str, int]]:
        answer = await alice.call("checkFriend", userIDList=asked, **fields)
        return [(one["userID"], one["relation"]) for one in answer["resultList"]]

    assert await relations() == [
        ("theirs", 2),
        ("none", 0),
        ("both", 3),
        ("mine", 1),
        ("alice", 0),
    ]
    assert await relations(checkType=1) == [
        ("theirs", 0),
        ("none", 0),
        ("both", 1),
        ("mine", 1),
        ("alice", 0),
    ]
    await alice.call("setFriendInfo", userID="mine", friendRemark="M")
    answer = await alice.call("getFriendsInfo", userIDList=["mine", "nobody", "none"])
    assert answer["resultList"] == [
        {
            "relation": 1,
            "friendInfo": {"userID": "mine", "userStatus": None, "friendRemark": "M"},
        },
        {"relation": 0, "friendInfo": {"userID": "none", "userStatus": None}},
    ]


@pytest.mark.parametrize("method", ["checkFriend", "getFriendsInfo"])
async def test_questions_that_are_refused(world: World, method: str) -> None:
    alice = await login(world, "alice")
    assert await code(alice.call(method, userIDList=["nobody"])) == 30003
    assert await code(alice.call(method, userIDList=[])) == 6017
    assert await code(alice.call(method, userIDList=[f"u{n}" for n in range(101)])) == 6017


async def test_a_page_of_friends_fits_into_a_frame(core_world: CoreWorld) -> None:
    await core_world.console(requests_rate="0")
    alice = await login(core_world, "alice")
    everybody = [f"user{number:03}" for number in range(500)]
    for name in everybody:
        client = await login(core_world, name)
        # Each of these characters takes two in JSON.
        await client.call("setSelfInfo", nickName='"' * 500, selfSignature="\\" * 500)
        await alice.call("addFriend", userID=name, friendRemark='"' * 96)
    page = await alice.call("getFriendList")
    assert 0 < len(page["friendInfoList"]) < 500
    assert [one["userID"] for one in await friends(alice)] == everybody
    assert infos(await alice.told(), "onFriendListAdded")
