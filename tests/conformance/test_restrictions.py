"""API restrictions: plans, rates, the order of the checks, and the console."""

import pytest

from .clauses import covers
from .worlds.core_world import CoreWorld
from .worlds.world import (
    ONLINE,
    Client,
    World,
    changes,
    code,
    login,
    query,
    refusal,
    register,
    send_login,
)

LIMITED = ["getUserStatus", "subscribeUserStatus", "unsubscribeUserStatus"]


async def call_20_times(client: Client, method: str) -> None:
    """Use up the calls that a rate limit allows."""
    for _ in range(20):
        await client.call(method, userIDList=["bob"])


@covers("frequency limit", 25)
@pytest.mark.parametrize("method", LIMITED)
async def test_rate__20_times_every_five_seconds(world: World, method: str) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await world.advance(5)
    await call_20_times(alice, method)
    refused = await refusal(alice.call(method, userIDList=["bob"]))
    assert refused.code == 7008
    assert 0 < refused.data["retryAfterMs"] <= 5000
    await world.advance(5)
    await alice.call(method, userIDList=["bob"])


@covers("frequency limit", 25)
@pytest.mark.parametrize("method", LIMITED)
async def test_rate__a_call_leaves_the_window_at_exactly_five_seconds(
    core_world: CoreWorld, method: str
) -> None:
    alice = await login(core_world, "alice")
    await register(core_world, "bob")
    await alice.call(method, userIDList=["bob"])
    await core_world.advance(1)
    for _ in range(19):
        await alice.call(method, userIDList=["bob"])
    await core_world.advance(3.75)
    refused = await refusal(alice.call(method, userIDList=["bob"]))
    assert (refused.code, refused.data) == (7008, {"retryAfterMs": 250})
    await core_world.advance(0.25)
    await alice.call(method, userIDList=["bob"])
    refused = await refusal(alice.call(method, userIDList=["bob"]))
    assert (refused.code, refused.data) == (7008, {"retryAfterMs": 1000})


@covers(25)
async def test_rate__it_is_counted_for_each_call_by_itself(core_world: CoreWorld) -> None:
    alice = await login(core_world, "alice")
    await register(core_world, "bob")
    for method in LIMITED:
        await call_20_times(alice, method)
    for method in LIMITED:
        assert await code(alice.call(method, userIDList=["bob"])) == 7008


@covers(25)
async def test_rate__it_is_counted_for_the_account_over_all_its_devices(world: World) -> None:
    phone, laptop = await login(world, "alice"), await login(world, "alice")
    bob = await login(world, "bob")
    await world.advance(5)
    await call_20_times(phone, "getUserStatus")
    assert await code(laptop.call("getUserStatus", userIDList=["bob"])) == 7008
    assert await query(bob, "alice") == ("alice", ONLINE, "")


@covers(25)
async def test_rate__a_query_of_oneself_is_free_when_the_rate_is_used_up(world: World) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await call_20_times(alice, "getUserStatus")
    assert await query(alice, "alice") == ("alice", ONLINE, "")
    assert await code(alice.call("getUserStatus", userIDList=["alice", "bob"])) == 7008


@covers(23, 25)
@pytest.mark.parametrize("method", LIMITED)
async def test_rate__a_refused_call_does_not_count(core_world: CoreWorld, method: str) -> None:
    alice = await login(core_world, "alice")
    await register(core_world, "bob")
    for _ in range(30):
        assert await code(alice.call(method, userIDList=["a b"])) == 6017
    await core_world.console(user_status="off")
    for _ in range(30):
        assert await code(alice.call(method, userIDList=["bob"])) == 72001
    await core_world.console(edition="standard")
    for _ in range(30):
        assert await code(alice.call(method, userIDList=["bob"])) == 7013
    await core_world.console(edition="ultimate", user_status="on")
    await call_20_times(alice, method)
    for _ in range(30):
        assert await code(alice.call(method, userIDList=["bob"])) == 7008
    await core_world.advance(5)
    await call_20_times(alice, method)


@covers(26)
@pytest.mark.parametrize("method", ["getUserStatus", "subscribeUserStatus"])
async def test_rate__a_call_for_unknown_users_was_carried_out_and_counts(
    core_world: CoreWorld, method: str
) -> None:
    alice = await login(core_world, "alice")
    for _ in range(20):
        assert await code(alice.call(method, userIDList=["nobody"])) == 70107
    assert await code(alice.call(method, userIDList=["nobody"])) == 7008


@covers(23, "error code 72001")
@pytest.mark.parametrize("method", LIMITED)
async def test_checks__come_in_their_order(core_world: CoreWorld, method: str) -> None:
    """Each step fixes one of the errors of the call."""
    await register(core_world, "bob")
    client = await core_world.connect()
    await core_world.console(edition="standard", user_status="off")
    assert await code(client.call(method, userIDList=["a b"])) == 6014
    await send_login(core_world, client, "alice")
    assert await code(client.call(method, userIDList=["a b"])) == 6017
    assert await code(client.call(method, userIDList=["bob"])) == 7013
    await core_world.console(edition="ultimate")
    assert await code(client.call(method, userIDList=["bob"])) == 72001
    await core_world.console(user_status="on")
    await call_20_times(client, method)
    await core_world.console(user_status="off")
    assert await code(client.call(method, userIDList=["nobody"])) == 72001
    await core_world.console(user_status="on")
    assert await code(client.call(method, userIDList=["nobody"])) == 7008


@covers(34)
async def test_console__a_new_app_has_everything_on(world: World) -> None:
    alice = await login(world, "alice")
    bob = await login(world, "bob")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    await alice.told()
    await bob.call("setSelfStatus", customStatus="x")
    assert await changes(alice) == [("bob", ONLINE, "x")]
    assert await query(alice, "bob") == ("bob", ONLINE, "x")


@covers(34)
async def test_console__settings_are_kept_over_a_restart(world: World) -> None:
    await world.console(user_status="off", friend_status="off", auto_register="off")
    await world.restart()
    assert await code(login(world, "alice")) == 70107
    await world.console(auto_register="on")
    alice = await login(world, "alice")
    await register(world, "bob")
    assert await code(alice.call("getUserStatus", userIDList=["bob"])) == 72001
    await alice.call("addFriend", userID="bob")
    await alice.told()
    await login(world, "bob")
    assert await changes(alice) == []
