"""The blocklist: what a block ends, and what the backend then refuses."""

import pytest

from ..worlds.befriending import (
    CONFIRM,
    allow,
    block,
    blocked,
    friends,
    named,
    names,
    requests,
    unblock,
)
from ..worlds.chatting import history, new_messages, pair, send, texts
from ..worlds.core_world import CoreWorld
from ..worlds.raw_client import Push
from ..worlds.world import World, befriend, code, login, only, register


async def test_blocking_ends_the_friendship_both_ways_and_all_own_devices_are_told(
    world: World,
) -> None:
    alice, bob = await pair(world)
    phone = await login(world, "alice")
    await befriend(alice, bob, "bob")
    await phone.told()
    await block(alice, "bob")
    for own in (alice, phone):
        told = await own.told()
        assert only(told, "onBlackListAdded") == [{"userIDList": ["bob"]}]
        assert named(told, "onFriendListDeleted") == ["bob"]
    told = await bob.told()
    assert named(told, "onFriendListDeleted") == ["alice"]
    assert only(told, "onBlackListAdded") == []
    assert await friends(alice) == await friends(bob) == []


async def test_blocking_again_or_nobody_who_is_blocked_tells_nothing(world: World) -> None:
    alice, _ = await pair(world)
    await block(alice, "bob")
    await alice.told()
    await block(alice, "bob")
    await unblock(alice, "carol")
    assert await alice.told() == []
    await unblock(alice, "bob", "carol")
    assert await alice.told() == [Push("onBlackListDeleted", {"userIDList": ["bob"]})]
    assert await blocked(alice) == []


async def test_messages_to_whoever_has_blocked_one_give_20007(world: World) -> None:
    alice, bob = await pair(world)
    await send(alice, "bob", "before", msgID="m1")
    await block(bob, "alice")
    await bob.told()
    wish = {"userID": "bob", "msgID": "m2", "text": "after"}
    assert await code(alice.call("sendMessage", **wish)) == 20007
    assert await code(alice.call("sendMessage", **wish, onlineUserOnly=True)) == 20007
    assert await bob.told() == []
    assert texts(await history(alice, "bob")) == ["before"]
    # A retry of an earlier message gets its old answer, which may have been lost.
    assert (await send(alice, "bob", "before", msgID="m1"))["seq"] == 1
    # In the other direction nothing has changed.
    await send(bob, "alice", "hello")
    assert texts(new_messages(await alice.told())) == ["hello"]
    await unblock(bob, "alice")
    await alice.call("sendMessage", **wish)
    assert texts(new_messages(await bob.told())) == ["after"]


async def test_friend_requests_are_refused_both_ways(world: World) -> None:
    alice, bob = await pair(world)
    await block(alice, "bob")
    assert await code(alice.call("addFriend", userID="bob")) == 30515
    assert await code(bob.call("addFriend", userID="alice")) == 30525
    await unblock(alice, "bob")
    await bob.call("addFriend", userID="alice")
    assert await names(alice) == ["bob"]


@pytest.mark.parametrize("who_blocks", ["asker", "receiver"])
async def test_friend_requests_between_the_two_end(world: World, who_blocks: str) -> None:
    alice, bob = await pair(world)
    await allow(bob, CONFIRM)
    assert await code(alice.call("addFriend", userID="bob")) == 30539
    await alice.told()
    await bob.told()
    await (block(alice, "bob") if who_blocks == "asker" else block(bob, "alice"))
    assert named(await alice.told(), "onFriendApplicationListDeleted") == ["bob"]
    assert named(await bob.told(), "onFriendApplicationListDeleted") == ["alice"]
    assert await requests(alice) == await requests(bob) == []


async def test_what_can_be_wrong(world: World) -> None:
    alice, _ = await pair(world)

    async def refused(method: str, user_ids: list[str]) -> int:
        return await code(alice.call(method, userIDList=user_ids))

    assert await refused("addToBlackList", ["alice"]) == 30001
    assert await refused("addToBlackList", ["nobody"]) == 30003
    for method in ("addToBlackList", "deleteFromBlackList"):
        assert await refused(method, []) == 6017
        assert await refused(method, ["no ID"]) == 6017
        assert await refused(method, [f"user{n}" for n in range(101)]) == 6017
    await block(alice, "nobody", "bob")
    assert await blocked(alice) == ["bob"]


async def test_at_most_1000_are_blocked(core_world: CoreWorld) -> None:
    alice = await login(core_world, "alice")
    everybody = [f"user{number:04}" for number in range(1001)]
    await register(core_world, *everybody)
    for start in range(0, 1000, 100):
        await block(alice, *everybody[start : start + 100])
    assert await code(alice.call("addToBlackList", userIDList=everybody[-2:])) == 30013
    await block(alice, everybody[0])
    assert await blocked(alice) == everybody[:1000]


async def test_it_is_kept_in_its_order(world: World) -> None:
    alice, _ = await pair(world)
    await register(world, "carol", "dave")
    await block(alice, "dave", "bob", "carol")
    await unblock(alice, "bob")
    await world.restart()
    alice = await login(world, "alice")
    assert await blocked(alice) == ["dave", "carol"]
    carol = await login(world, "carol")
    wish = {"userID": "alice", "msgID": "m1", "text": "hello"}
    assert await code(carol.call("sendMessage", **wish)) == 20007
