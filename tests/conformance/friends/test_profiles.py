"""Profiles: setting them, and the notifications about them."""

from typing import Any

import pytest

from ..worlds.befriending import CONFIRM, friend, infos
from ..worlds.chatting import pair
from ..worlds.core_world import CoreWorld
from ..worlds.raw_client import JSON, Push
from ..worlds.world import Client, World, befriend, code, login, only, register


async def profiles(client: Client, *user_ids: str) -> list[JSON]:
    """Return profiles."""
    found: list[JSON] = (await client.call("getUsersInfo", userIDList=list(user_ids)))[
        "userInfoList"
    ]
    return found


async def test_a_new_account_has_said_nothing_and_allows_any(world: World) -> None:
    alice, _ = await pair(world)
    assert await profiles(alice, "bob", "nobody", "alice") == [
        {"userID": "bob"},
        {"userID": "alice"},
    ]


async def test_a_change_is_told_to_own_devices_and_to_whoever_has_one_as_a_friend(
    world: World,
) -> None:
    alice, bob = await pair(world)
    phone, carol = await login(world, "alice"), await login(world, "carol")
    await befriend(alice, bob, "bob")
    await bob.call("setFriendInfo", userID="alice", friendRemark="Ally")
    # Carol is in alice's list, but alice is not in carol's.
    await alice.call("addFriend", userID="carol", addType=1)
    for client in (alice, phone, bob, carol):
        await client.told()
    wish = {"nickName": " Alice L. ", "selfSignature": "Ad astra"}
    assert await alice.call("setSelfInfo", **wish) == {}
    said = {"nickName": "Alice L.", "selfSignature": "Ad astra"}
    for own in (alice, phone):
        info = {"userID": "alice"} | said
        assert await own.told() == [Push("onSelfInfoUpdated", {"userInfo": info})]
    assert infos(await bob.told(), "onFriendInfoChanged") == [
        {"userID": "alice", "userStatus": None, "friendRemark": "Ally"} | said
    ]
    assert await carol.told() == []
    assert await friend(bob, "alice") == {"userID": "alice", "friendRemark": "Ally"} | said
    assert await profiles(carol, "alice") == [{"userID": "alice"} | said]


async def test_what_is_absent_or_null_stays_and_the_same_tells_nothing(world: World) -> None:
    alice, bob = await pair(world)
    await befriend(alice, bob, "bob")
    await alice.call("setSelfInfo", nickName="Alice", selfSignature="x", allowType=CONFIRM)
    await alice.call("setSelfInfo", nickName=None, selfSignature="")
    await alice.told()
    await bob.told()
    await alice.call("setSelfInfo")
    await alice.call("setSelfInfo", nickName="Alice", allowType=CONFIRM)
    assert await alice.told() == await bob.told() == []
    expected = [{"userID": "alice", "nickName": "Alice", "allowType": CONFIRM}]
    assert await profiles(bob, "alice") == expected


async def test_whom_one_allows_is_told_to_own_devices_only(world: World) -> None:
    alice, bob = await pair(world)
    await befriend(alice, bob, "bob")
    await alice.call("setSelfInfo", allowType=CONFIRM)
    assert len(only(await alice.told(), "onSelfInfoUpdated")) == 1
    assert await bob.told() == []


@pytest.mark.parametrize("field", ["nickName", "selfSignature"])
@pytest.mark.parametrize(
    ("value", "result"),
    [("é" * 250, 0), ("é" * 250 + "x", 40601), ("a\x1b[2Jb", 6017), (7, 6017)],
)
async def test_texts_and_their_limits(
    core_world: CoreWorld, field: str, value: Any, result: int
) -> None:
    alice = await login(core_world, "alice")
    if result:
        assert await code(alice.call("setSelfInfo", **{field: value})) == result
        assert await profiles(alice, "alice") == [{"userID": "alice"}]
    else:
        await alice.call("setSelfInfo", **{field: value})
        assert await profiles(alice, "alice") == [{"userID": "alice", field: value}]


async def test_what_can_be_wrong(world: World) -> None:
    alice = await login(world, "alice")
    assert await code(alice.call("setSelfInfo", allowType=3)) == 6017
    assert await code(alice.call("getUsersInfo", userIDList=["nobody"])) == 40003
    assert await code(alice.call("getUsersInfo", userIDList=[])) == 6017
    too_many = [f"user{number}" for number in range(101)]
    assert await code(alice.call("getUsersInfo", userIDList=too_many)) == 6017


async def test_profiles_are_kept(world: World) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await alice.call("setSelfInfo", nickName="Alice", selfSignature="Ad astra", allowType=CONFIRM)
    await world.restart()
    bob = await login(world, "bob")
    assert await profiles(bob, "alice") == [
        {
            "userID": "alice",
            "nickName": "Alice",
            "selfSignature": "Ad astra",
            "allowType": CONFIRM,
        }
    ]
    assert await code(bob.call("addFriend", userID="alice")) == 30539
