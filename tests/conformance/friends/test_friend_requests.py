"""Friend requests to users who want to be asked, and their answers."""

from typing import Any

import pytest

from ..worlds.befriending import (
    ANY,
    CAME_IN,
    CONFIRM,
    DENY,
    SENT_OUT,
    allow,
    friend,
    groups,
    infos,
    named,
    names,
    requested,
    requests,
    unread,
)
from ..worlds.chatting import pair
from ..worlds.core_world import CoreWorld
from ..worlds.world import Client, World, code, login, only, register


async def ask(client: Client, user_id: str, **fields: Any) -> None:
    """Send a friend request to a user."""
    assert await code(client.call("addFriend", userID=user_id, **fields)) == 30539


async def asked_pair(world: World, **fields: Any) -> tuple[Client, Client]:
    """Return connections of alice and bob, after a friend request from alice to bob."""
    alice, bob = await pair(world)
    await allow(bob, CONFIRM)
    await ask(alice, "bob", **fields)
    await alice.told()
    await bob.told()
    return alice, bob


async def test_whoever_allows_any_is_a_friend_at_once(world: World) -> None:
    alice, bob = await pair(world)
    await alice.call("addFriend", userID="bob", addWording="hi", friendRemark=" Bobby ")
    (told,) = infos(await alice.told(), "onFriendListAdded")
    assert (told["userID"], told["friendRemark"]) == ("bob", "Bobby")
    (told,) = infos(await bob.told(), "onFriendListAdded")
    assert (told["userID"], "friendRemark" in told) == ("alice", False)
    assert await friend(alice, "bob") == {"userID": "bob", "friendRemark": "Bobby"}
    assert await friend(bob, "alice") == {"userID": "alice"}
    assert await requests(alice) == await requests(bob) == []
    # Already friends: nothing changes.
    await alice.call("addFriend", userID="bob", friendRemark="Robert", friendGroup="Work")
    assert await alice.told() == await bob.told() == []
    assert (await friend(alice, "bob"))["friendRemark"] == "Bobby"


async def test_one_way_only_whoever_adds_has_the_other(world: World) -> None:
    alice, bob = await pair(world)
    await alice.call("addFriend", userID="bob", addType=1)
    assert [one["userID"] for one in infos(await alice.told(), "onFriendListAdded")] == ["bob"]
    assert await bob.told() == []
    assert (await names(alice), await names(bob)) == (["bob"], [])
    # A user who already has the other in their list need not agree.
    await allow(alice, DENY)
    await bob.call("addFriend", userID="alice", addType=1)
    assert await names(bob) == ["alice"]


async def test_a_friend_may_be_put_into_a_group_at_once(world: World) -> None:
    alice, _ = await pair(world)
    await register(world, "carol")
    await alice.call("addFriend", userID="bob", friendGroup="Work")
    assert only(await alice.told(), "onFriendGroupCreated") == [
        {"groupName": "Work", "userIDList": ["bob"]}
    ]
    await alice.call("addFriend", userID="carol", friendGroup="Work")
    assert only(await alice.told(), "onFriendsAddedToGroup") == [
        {"groupName": "Work", "userIDList": ["carol"]}
    ]
    assert (await friend(alice, "carol"))["friendGroups"] == ["Work"]
    assert await groups(alice) == {"Work": 2}


async def test_whoever_wants_to_be_asked_is(world: World) -> None:
    alice, bob = await pair(world)
    pad, phone = await login(world, "alice"), await login(world, "bob")
    await allow(bob, CONFIRM)
    await alice.call("setSelfInfo", nickName="Alice L.")
    for client in (alice, pad, bob, phone):
        await client.told()
    await ask(alice, "bob", addWording="from the choir", friendRemark="Bobby")
    for own in (alice, pad):
        (told,) = requested(await own.told())
        assert abs(told.pop("addTime") - world.unix_ms()) < 60_000
        assert told == {"userID": "bob", "type": SENT_OUT, "addWording": "from the choir"}
    for own in (bob, phone):
        pushes = await own.told()
        assert only(pushes, "onFriendApplicationListAdded")[0]["unreadCount"] == 1
        (told,) = requested(pushes)
        assert (told["userID"], told["type"], told["nickName"]) == ("alice", CAME_IN, "Alice L.")
        assert "friendRemark" not in told
    assert await names(alice) == await names(bob) == []
    assert await requests(alice) == [("bob", SENT_OUT, "from the choir")]
    assert await requests(bob) == [("alice", CAME_IN, "from the choir")]
    assert (await unread(alice), await unread(bob)) == (0, 1)


async def test_asking_again_replaces_the_request(world: World) -> None:
    alice, bob = await asked_pair(world, addWording="one")
    await bob.call("setFriendApplicationRead")
    await world.advance(5.0)
    await ask(alice, "bob", addWording="two")
    assert [one["addWording"] for one in requested(await bob.told())] == ["two"]
    assert await requests(alice) == [("bob", SENT_OUT, "two")]
    assert await requests(bob) == [("alice", CAME_IN, "two")]
    assert await unread(bob) == 1


@pytest.mark.parametrize("adds", [True, False])
async def test_agreeing(world: World, adds: bool) -> None:
    alice, bob = await asked_pair(world, friendRemark="Bobby", friendGroup="Choir")
    wish = {"userID": "alice", "acceptType": int(adds), "friendRemark": "Ally"}
    assert await bob.call("acceptFriendApplication", **wish) == {}
    told = await alice.told()
    assert named(told, "onFriendApplicationListDeleted") == ["bob"]
    (added,) = infos(told, "onFriendListAdded")
    assert (added["userID"], added["friendRemark"]) == ("bob", "Bobby")
    assert await friend(alice, "bob") == {
        "userID": "bob",
        "friendRemark": "Bobby",
        "friendGroups": ["Choir"],
    }
    told = await bob.told()
    assert named(told, "onFriendApplicationListDeleted") == ["alice"]
    if adds:
        assert [one["userID"] for one in infos(told, "onFriendListAdded")] == ["alice"]
        assert await friend(bob, "alice") == {"userID": "alice", "friendRemark": "Ally"}
    else:
        assert await names(bob) == []
    assert await requests(alice) == await requests(bob) == []
    assert await code(bob.call("acceptFriendApplication", **wish)) == 30614


async def test_to_agree_adds_both_ways_unless_told_otherwise(world: World) -> None:
    alice, bob = await asked_pair(world)
    await bob.call("acceptFriendApplication", userID="alice")
    assert (await names(alice), await names(bob)) == (["bob"], ["alice"])


@pytest.mark.parametrize("add_type", [1, 2])
async def test_to_add_whoever_has_asked_is_to_agree(world: World, add_type: int) -> None:
    alice, bob = await asked_pair(world, friendRemark="Bobby")
    # Her own setting does not matter, because she sent a request herself.
    await allow(alice, DENY)
    await bob.call("addFriend", userID="alice", addType=add_type, friendRemark="Ally")
    assert named(await bob.told(), "onFriendApplicationListDeleted") == ["alice"]
    assert named(await alice.told(), "onFriendApplicationListDeleted") == ["bob"]
    assert (await friend(alice, "bob"))["friendRemark"] == "Bobby"
    assert (await friend(bob, "alice"))["friendRemark"] == "Ally"
    assert await requests(alice) == await requests(bob) == []


async def test_who_asks_again_once_anybody_is_allowed_is_a_friend(world: World) -> None:
    alice, bob = await asked_pair(world)
    await allow(bob, ANY)
    await alice.call("addFriend", userID="bob")
    assert await names(bob) == ["alice"]
    assert await requests(alice) == await requests(bob) == []


@pytest.mark.parametrize(
    ("who", "method", "result"),
    [
        ("bob", "refuseFriendApplication", 0),
        ("alice", "refuseFriendApplication", 30614),
        ("alice", "acceptFriendApplication", 30614),
        ("bob", "deleteFriendApplication", 0),
        ("alice", "deleteFriendApplication", 0),
    ],
)
async def test_refusing_and_deleting(world: World, who: str, method: str, result: int) -> None:
    alice, bob = await asked_pair(world)
    client, other = (alice, "bob") if who == "alice" else (bob, "alice")
    if result:
        assert await code(client.call(method, userID=other)) == result
        assert await requests(bob) == [("alice", CAME_IN, "")]
        return
    assert await client.call(method, userID=other) == {}
    assert named(await alice.told(), "onFriendApplicationListDeleted") == ["bob"]
    assert named(await bob.told(), "onFriendApplicationListDeleted") == ["alice"]
    assert await requests(alice) == await requests(bob) == []
    assert await names(alice) == await names(bob) == []
    assert await code(client.call(method, userID=other)) == 30614
    # She may ask again.
    await ask(alice, "bob")


async def test_reading_is_told_to_own_devices_once(world: World) -> None:
    alice, bob = await asked_pair(world)
    phone = await login(world, "bob")
    await bob.told()
    assert await bob.call("setFriendApplicationRead") == {}
    for own in (bob, phone):
        assert [push.method for push in await own.told()] == ["onFriendApplicationListRead"]
    assert await unread(bob) == 0
    await bob.call("setFriendApplicationRead")
    assert await bob.told() == await alice.told() == []


async def test_whoever_denies_all_is_not_asked(world: World) -> None:
    alice, bob = await pair(world)
    await allow(bob, DENY)
    assert await code(alice.call("addFriend", userID="bob")) == 30516
    assert await alice.told() == await bob.told() == []
    assert await requests(bob) == []


async def test_the_newest_request_is_the_first(core_world: CoreWorld) -> None:
    bob = await login(core_world, "bob")
    await register(core_world, "zoe")
    zoe = await login(core_world, "zoe")
    await allow(bob, CONFIRM)
    await allow(zoe, CONFIRM)
    for name in ("carol", "alice", "bob", "dave", "carol"):
        await core_world.advance(1.0)
        if name == "bob":
            await ask(bob, "zoe")
        else:
            await ask(await login(core_world, name), "bob", addWording=name)
    assert [one[0] for one in await requests(bob)] == ["carol", "dave", "zoe", "alice"]


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({"addWording": "é" * 60}, 0),
        ({"addWording": "é" * 60 + "x"}, 9003),
        ({"friendRemark": "x" * 96}, 0),
        ({"friendRemark": "x" * 97}, 9002),
        ({"friendGroup": "x" * 30}, 0),
        ({"friendGroup": "x" * 31}, 9005),
        ({"addWording": "a\x1bb"}, 6017),
        ({"friendRemark": "a\u202eb"}, 6017),
        ({"addType": 3}, 6017),
    ],
)
async def test_texts_and_their_limits(
    core_world: CoreWorld, fields: dict[str, Any], result: int
) -> None:
    alice, bob = await pair(core_world)
    if result:
        assert await code(alice.call("addFriend", userID="bob", **fields)) == result
        assert await names(alice) == await names(bob) == []
    else:
        assert await alice.call("addFriend", userID="bob", **fields) == {}


async def test_the_remark_of_whoever_agrees_has_its_limit(core_world: CoreWorld) -> None:
    _, bob = await asked_pair(core_world)
    wish = {"userID": "alice", "friendRemark": "x" * 97}
    assert await code(bob.call("acceptFriendApplication", **wish)) == 9002
    assert await requests(bob) == [("alice", CAME_IN, "")]


@pytest.mark.parametrize("direction", ["in", "out"])
async def test_at_most_100_requests_are_pending(core_world: CoreWorld, direction: str) -> None:
    await core_world.console(requests_rate="0")
    alice = await login(core_world, "alice")
    others = [f"user{number:03}" for number in range(101)]
    clients = [await login(core_world, name) for name in others]
    pairs = [(client, "alice") for client in clients]
    if direction == "out":
        for client in clients:
            await allow(client, CONFIRM)
        pairs = [(alice, name) for name in others]
    else:
        await allow(alice, CONFIRM)
    for asker, receiver in pairs[:100]:
        await ask(asker, receiver)
    asker, receiver = pairs[100]
    assert await code(asker.call("addFriend", userID=receiver)) == 30012
    # A pending request may still be replaced, and a deleted one makes room.
    asker, receiver = pairs[0]
    await ask(asker, receiver)
    await asker.call("deleteFriendApplication", userID=receiver)
    await ask(*pairs[100])
    assert len(await requests(alice)) == 100


async def test_a_full_list_is_told_when_asking_and_when_agreeing(core_world: CoreWorld) -> None:
    await core_world.console(requests_rate="0")
    alice, bob = await asked_pair(core_world)
    others = [f"user{number:04}" for number in range(3000)]
    await register(core_world, *others)
    for name in others:
        await alice.call("addFriend", userID=name, addType=1)
    page = await alice.call("getFriendList", cursor=others[9])
    assert [one["userID"] for one in page["friendInfoList"]] == others[10:510]
    assert await code(alice.call("addFriend", userID="bob")) == 30010
    assert await code(bob.call("acceptFriendApplication", userID="alice")) == 30014
    assert await code(bob.call("addFriend", userID="alice")) == 30014
    await alice.call("deleteFromFriendList", userIDList=[others[0]])
    for name in others:
        await bob.call("addFriend", userID=name, addType=1)
    assert await code(bob.call("acceptFriendApplication", userID="alice")) == 30010
    await bob.call("acceptFriendApplication", userID="alice", acceptType=0)
    assert "bob" in await names(alice)


async def test_requests_are_kept(world: World) -> None:
    alice, bob = await asked_pair(world, addWording="hello", friendRemark="Bobby", friendGroup="C")
    carol = await login(world, "carol")
    await ask(carol, "bob")
    await bob.call("setFriendApplicationRead")
    dave = await login(world, "dave")
    await ask(dave, "bob")
    await bob.call("refuseFriendApplication", userID="carol")
    await world.restart()
    alice, bob = await pair(world)
    assert sorted(await requests(bob)) == [("alice", CAME_IN, "hello"), ("dave", CAME_IN, "")]
    assert await unread(bob) == 1
    assert await requests(alice) == [("bob", SENT_OUT, "hello")]
    await bob.call("acceptFriendApplication", userID="alice")
    assert await friend(alice, "bob") == {
        "userID": "bob",
        "friendRemark": "Bobby",
        "friendGroups": ["C"],
    }
