"""Subscribing to the user status, unsubscribing, and the list of subscriptions."""

import pytest

from .clauses import covers
from .worlds.core_world import CoreWorld
from .worlds.world import (
    OFFLINE,
    ONLINE,
    UNLOGINED,
    Client,
    World,
    befriend,
    changes,
    code,
    login,
    only,
    refusal,
    register,
    send_login,
)


async def subscribed(client: Client) -> list[str]:
    """Return the subscriptions, next to be evicted first."""
    listed: list[str] = (await client.call("getSubscriptions"))["userIDList"]
    return listed


@covers("subscribing", "notification", 20)
async def test_subscribe__changes_of_general_and_custom_status_are_told(world: World) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    assert await alice.call("subscribeUserStatus", userIDList=["bob"]) == {}
    assert await changes(alice) == []
    bob = await login(world, "bob", instanceID="i1")
    assert await changes(alice) == [("bob", ONLINE, "")]
    await bob.call("setSelfStatus", customStatus="On the call")
    assert await changes(alice) == [("bob", ONLINE, "On the call")]
    await bob.call("setSelfStatus")
    assert await changes(alice) == [("bob", ONLINE, "")]
    await bob.drop()
    assert await changes(alice) == [("bob", OFFLINE, "")]
    bob = await login(world, "bob", instanceID="i1")
    await alice.told()
    await bob.call("logout")
    assert await changes(alice) == [("bob", UNLOGINED, "")]


@covers("subscribing", 24)
@pytest.mark.parametrize("users", [["alice"], ["bob", "alice"]])
async def test_subscribe__ones_own_status_is_not_supported(world: World, users: list[str]) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    refused = await refusal(alice.call("subscribeUserStatus", userIDList=users))
    assert (refused.code, refused.data["field"]) == (6017, "userIDList")
    assert await subscribed(alice) == []


@covers("subscribing")
async def test_subscribe__friends_are_supported_and_occupy_the_quota(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    assert await subscribed(alice) == ["bob"]


@covers("subscribing", "error code 72001", 23)
async def test_subscribe__an_error_is_reported_unless_enabled_in_the_console(world: World) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await world.console(user_status="off")
    assert await code(alice.call("subscribeUserStatus", userIDList=["bob"])) == 72001
    assert await subscribed(alice) == []


@covers("subscribing", "plan restrictions", 23)
async def test_subscribe__needs_the_ultimate_edition(world: World) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await world.console(edition="standard")
    assert await code(alice.call("subscribeUserStatus", userIDList=["bob"])) == 7013


@covers("subscribing", "frequency limit", 24)
async def test_subscribe__up_to_100_users_at_a_time(world: World) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    ids = ["bob", *(f"user{number}" for number in range(99))]
    await alice.call("subscribeUserStatus", userIDList=[*ids, *ids])
    refused = await refusal(alice.call("subscribeUserStatus", userIDList=[*ids, "one-more"]))
    assert (refused.code, refused.data["field"]) == (6017, "userIDList")
    assert await subscribed(alice) == ["bob"]


@covers(24)
@pytest.mark.parametrize("users", [[], None, "bob", ["a b"], ["a" * 33], [None]])
async def test_subscribe__an_empty_list_or_an_invalid_id_is_refused(
    world: World, users: object
) -> None:
    alice = await login(world, "alice")
    refused = await refusal(alice.call("subscribeUserStatus", userIDList=users))
    assert (refused.code, refused.data["field"]) == (6017, "userIDList")


@covers(26)
async def test_subscribe__unknown_users_are_left_out_and_an_error_if_all_are(world: World) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await alice.call("subscribeUserStatus", userIDList=["nobody", "bob"])
    assert await subscribed(alice) == ["bob"]
    assert await code(alice.call("subscribeUserStatus", userIDList=["nobody"])) == 70107


@covers("subscribing", 29, 30)
async def test_subscribe__over_200_the_earliest_subscribed_are_removed(
    core_world: CoreWorld,
) -> None:
    alice, laptop = await login(core_world, "alice"), await login(core_world, "alice")
    users = [f"user{number:03}" for number in range(203)]
    await register(core_world, *users)
    await laptop.told()
    await alice.call("subscribeUserStatus", userIDList=users[:100])
    await alice.call("subscribeUserStatus", userIDList=users[100:200])
    assert await subscribed(alice) == users[:200]
    await alice.call("subscribeUserStatus", userIDList=users[200:])
    assert await subscribed(alice) == users[3:]
    told = only(await laptop.told(), "onSubscriptionsChanged")
    assert [push["reason"] for push in told if push["removed"]] == ["evicted"]
    assert [user for push in told for user in push["removed"]] == users[:3]
    await alice.told()
    await login(core_world, users[0])
    await login(core_world, users[3])
    assert await changes(alice) == [(users[3], ONLINE, "")]


@covers(29)
async def test_subscribe__again_makes_a_user_the_newest_in_the_order_of_the_list(
    world: World,
) -> None:
    alice = await login(world, "alice")
    await register(world, "bob", "carol", "dave", "erin")
    await alice.call("subscribeUserStatus", userIDList=["bob", "carol", "dave"])
    await alice.call("subscribeUserStatus", userIDList=["carol", "erin", "bob"])
    assert await subscribed(alice) == ["dave", "carol", "erin", "bob"]


@covers("unsubscribing", 30)
async def test_unsubscribe__changes_are_no_longer_told(world: World) -> None:
    alice, bob, carol = [await login(world, user) for user in ("alice", "bob", "carol")]
    await alice.call("subscribeUserStatus", userIDList=["bob", "carol"])
    await alice.told()
    assert await alice.call("unsubscribeUserStatus", userIDList=["bob"]) == {}
    (told,) = only(await alice.told(), "onSubscriptionsChanged")
    assert told == {"added": [], "removed": ["bob"], "reason": "unsubscribed"}
    await bob.call("setSelfStatus", customStatus="x")
    await carol.call("setSelfStatus", customStatus="y")
    assert await changes(alice) == [("carol", ONLINE, "y")]
    assert await subscribed(alice) == ["carol"]


@covers("unsubscribing")
@pytest.mark.parametrize("fields", [{}, {"userIDList": None}, {"userIDList": []}])
async def test_unsubscribe__left_empty_it_unsubscribes_from_all(
    world: World, fields: dict[str, object]
) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await register(world, "carol")
    await alice.call("subscribeUserStatus", userIDList=["bob", "carol"])
    await alice.told()
    await alice.call("unsubscribeUserStatus", **fields)
    (told,) = only(await alice.told(), "onSubscriptionsChanged")
    assert (sorted(told["removed"]), told["reason"]) == (["bob", "carol"], "unsubscribed")
    await bob.call("setSelfStatus", customStatus="x")
    assert await changes(alice) == []
    assert await subscribed(alice) == []


@covers("unsubscribing", "frequency limit", 24)
async def test_unsubscribe__up_to_100_users_at_a_time(world: World) -> None:
    alice = await login(world, "alice")
    ids = [f"user{number}" for number in range(100)]
    await alice.call("unsubscribeUserStatus", userIDList=[*ids, *ids])
    refused = await refusal(alice.call("unsubscribeUserStatus", userIDList=[*ids, "one-more"]))
    assert (refused.code, refused.data["field"]) == (6017, "userIDList")


@covers("unsubscribing", "error code 72001", 23)
async def test_unsubscribe__an_error_is_reported_unless_enabled_in_the_console(
    world: World,
) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    await world.console(user_status="off")
    assert await code(alice.call("unsubscribeUserStatus", userIDList=["bob"])) == 72001
    assert await code(alice.call("unsubscribeUserStatus")) == 72001
    assert await subscribed(alice) == ["bob"]


@covers("unsubscribing", "plan restrictions", 23)
async def test_unsubscribe__needs_the_ultimate_edition(world: World) -> None:
    alice = await login(world, "alice")
    await world.console(edition="standard")
    assert await code(alice.call("unsubscribeUserStatus")) == 7013


@covers(28, 30)
async def test_subscriptions__belong_to_the_account_and_serve_all_its_devices(
    world: World,
) -> None:
    phone, bob = await login(world, "alice"), await login(world, "bob")
    laptop = await login(world, "alice", platform="Mac")
    await phone.told()
    await phone.call("subscribeUserStatus", userIDList=["bob"])
    for device in (phone, laptop):
        (told,) = only(await device.told(), "onSubscriptionsChanged")
        assert told == {"added": ["bob"], "removed": [], "reason": "subscribed"}
    assert await subscribed(laptop) == ["bob"]
    await bob.call("setSelfStatus", customStatus="x")
    assert await changes(phone) == [("bob", ONLINE, "x")]
    assert await changes(laptop) == [("bob", ONLINE, "x")]


@covers(28)
async def test_subscriptions__survive_a_reconnect_and_a_restart_in_their_order(
    world: World,
) -> None:
    alice = await login(world, "alice", instanceID="i1")
    await register(world, "bob", "carol", "dave")
    await alice.call("subscribeUserStatus", userIDList=["dave", "bob", "carol"])
    await alice.call("subscribeUserStatus", userIDList=["dave"])
    await alice.drop()
    alice = await login(world, "alice", instanceID="i1", resume=True)
    assert await subscribed(alice) == ["bob", "carol", "dave"]
    await world.restart()
    alice = await login(world, "alice", instanceID="i1", resume=True)
    assert await subscribed(alice) == ["bob", "carol", "dave"]
    await login(world, "bob")
    assert await changes(alice) == [("bob", ONLINE, "")]


@covers("unsubscribing", 28, 30)
@pytest.mark.parametrize("ends", ["offline", "logged out"])
async def test_subscriptions__are_cleared_600_seconds_after_the_account_went(
    world: World, ends: str
) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    if ends == "offline":
        await alice.drop()
    else:
        await alice.call("logout")
    left = world.unix_ms()
    await world.advance(595)
    alice = await login(world, "alice")
    assert await alice.call("getSubscriptions") == {"userIDList": ["bob"], "clearedAt": None}
    await alice.call("logout")
    await world.advance(601)
    alice = await login(world, "alice")
    listed = await alice.call("getSubscriptions")
    assert listed["userIDList"] == []
    assert listed["clearedAt"] >= left + 1_195_000
    await login(world, "bob")
    assert await changes(alice) == []


@covers(28)
async def test_subscriptions__are_cleared_at_exactly_600_seconds(core_world: CoreWorld) -> None:
    alice = await login(core_world, "alice")
    await register(core_world, "bob")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    await alice.drop()
    await core_world.advance(600)
    alice = await login(core_world, "alice")
    cleared = core_world.unix_ms()
    assert await alice.call("getSubscriptions") == {"userIDList": [], "clearedAt": cleared}


@covers(28)
async def test_subscriptions__are_not_cleared_while_the_account_is_logged_in_passively(
    world: World,
) -> None:
    alice = await login(world, "alice")
    script = await login(world, "alice", passive=True)
    await register(world, "bob")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    await alice.drop()
    for _ in range(4):
        await world.advance(300)
        await script.call("heartbeat")
    assert await subscribed(script) == ["bob"]
    await script.drop()
    await world.advance(601)
    assert await subscribed(await login(world, "alice", passive=True)) == []


@covers(28)
async def test_subscriptions__after_a_restart_the_time_begins_anew(world: World) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    await alice.drop()
    await world.advance(500)
    await world.restart()
    await world.advance(590)
    client = await world.connect()
    await send_login(world, client, "alice", passive=True)
    assert await subscribed(client) == ["bob"]
    await client.drop()
    await world.restart()
    await world.advance(601)
    assert await subscribed(await login(world, "alice")) == []


@covers(28, 30)
async def test_subscriptions__that_they_were_cleared_survives_a_restart(world: World) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    await alice.call("logout")
    await world.advance(601)
    await world.restart()
    alice = await login(world, "alice")
    listed = await alice.call("getSubscriptions")
    assert listed["userIDList"] == []
    assert listed["clearedAt"] is not None


@covers(20, 34)
async def test_subscriptions__are_kept_while_the_switch_is_off_and_tell_nothing(
    world: World,
) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    await alice.told()
    for off, on in (
        ({"user_status": "off"}, {"user_status": "on"}),
        ({"edition": "standard"}, {"edition": "ultimate"}),
    ):
        await world.console(**off)
        await bob.call("setSelfStatus", customStatus="off")
        assert await changes(alice) == []
        assert await subscribed(alice) == ["bob"]
        await world.console(**on)
        await bob.call("setSelfStatus", customStatus="on")
        assert await changes(alice) == [("bob", ONLINE, "on")]


@covers(23)
@pytest.mark.parametrize(
    "method", ["subscribeUserStatus", "unsubscribeUserStatus", "getSubscriptions"]
)
async def test_subscriptions__without_a_login(world: World, method: str) -> None:
    client = await world.connect()
    assert await code(client.call(method, userIDList=["a b"])) == 6014
