"""Querying the user status: the user's own, that of others, and many at once."""

import pytest

from .clauses import covers
from .worlds.core_world import CoreWorld
from .worlds.world import (
    OFFLINE,
    ONLINE,
    UNLOGINED,
    World,
    code,
    login,
    query,
    refusal,
    register,
    send_login,
    shown,
    status_of,
)


@covers("querying", "querying the status of another user")
async def test_query__it_returns_the_general_and_the_custom_status(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await bob.call("setSelfStatus", customStatus="On the call")
    status = await status_of(alice, "bob")
    assert shown(status) == ("bob", ONLINE, "On the call")
    assert status["onlineDevices"] == ["Linux"]


@covers("querying a user's own status", "plan restrictions", "frequency limit", 25)
async def test_query_self__free_in_any_edition_with_the_switch_off_and_without_limit(
    world: World,
) -> None:
    await world.console(edition="standard", user_status="off")
    alice = await login(world, "alice")
    for _ in range(40):
        result = await alice.call("getUserStatus", userIDList=["alice", "alice"])
        assert [shown(status) for status in result["userStatusList"]] == [("alice", ONLINE, "")]


@covers("querying the status of another user")
async def test_query_others__in_a_batch(world: World) -> None:
    alice = await login(world, "alice")
    await login(world, "userid1")
    await (await login(world, "userid2")).drop()
    await register(world, "userid3")
    result = await alice.call("getUserStatus", userIDList=["userid1", "userid2", "userid3"])
    assert [shown(status) for status in result["userStatusList"]] == [
        ("userid1", ONLINE, ""),
        ("userid2", OFFLINE, ""),
        ("userid3", UNLOGINED, ""),
    ]


@covers("querying", 26)
async def test_query__only_the_statuses_that_were_queried_successfully_are_returned_in_order(
    world: World,
) -> None:
    alice = await login(world, "alice")
    await register(world, "bob", "carol")
    wanted = ["carol", "nobody", "alice", "bob", "carol", "ghost"]
    result = await alice.call("getUserStatus", userIDList=wanted)
    assert [status["userID"] for status in result["userStatusList"]] == ["carol", "alice", "bob"]


@covers("querying", 26)
async def test_query__if_it_failed_for_all_the_api_reports_an_error(world: World) -> None:
    alice = await login(world, "alice")
    assert await code(alice.call("getUserStatus", userIDList=["nobody", "ghost"])) == 70107


@covers("querying the status of another user", "frequency limit", 24)
async def test_query_others__up_to_500_users_at_a_time_repeats_not_counted(world: World) -> None:
    alice = await login(world, "alice")
    ids = [f"user{number}" for number in range(499)]
    result = await alice.call("getUserStatus", userIDList=["alice", *ids, *ids])
    assert [status["userID"] for status in result["userStatusList"]] == ["alice"]
    refused = await refusal(alice.call("getUserStatus", userIDList=["alice", *ids, "one-more"]))
    assert (refused.code, refused.data["field"]) == (6017, "userIDList")


@covers(24)
@pytest.mark.parametrize(
    "user_ids", [[], ["no spaces"], ["a" * 33], [""], ["bob", "bob\n"], ["日"], None, "bob", [5]]
)
async def test_query__an_empty_list_or_an_invalid_id_is_refused(
    world: World, user_ids: object
) -> None:
    alice = await login(world, "alice")
    refused = await refusal(alice.call("getUserStatus", userIDList=user_ids))
    assert (refused.code, refused.data["field"]) == (6017, "userIDList")


@covers("querying the status of another user", "error code 72001", 23)
async def test_query_others__an_error_is_reported_unless_enabled_in_the_console(
    world: World,
) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await world.console(user_status="off")
    assert await code(alice.call("getUserStatus", userIDList=["bob"])) == 72001
    await world.console(user_status="on")
    assert await query(alice, "bob") == ("bob", UNLOGINED, "")


@covers("querying the status of another user", "plan restrictions", 23)
async def test_query_others__needs_the_ultimate_edition(world: World) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await world.console(edition="standard")
    assert await code(alice.call("getUserStatus", userIDList=["bob"])) == 7013


@covers(25)
async def test_query__a_mixed_one_counts_as_one_for_others_and_is_refused_whole(
    world: World,
) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    await world.console(user_status="off")
    assert await code(alice.call("getUserStatus", userIDList=["alice", "bob"])) == 72001
    assert await code(alice.call("getUserStatus", userIDList=["alice", "nobody"])) == 72001


@covers(23)
async def test_query__without_a_login(world: World) -> None:
    client = await world.connect()
    assert await code(client.call("getUserStatus", userIDList=[])) == 6014


@covers(20)
async def test_query__of_another_user_does_not_name_their_devices(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await bob.call("setSelfStatus", customStatus="x")
    status = await status_of(alice, "bob")
    assert status.keys() == {
        "userID",
        "statusType",
        "customStatus",
        "onlineDevices",
        "since",
        "revision",
    }


@covers(27)
async def test_friend_list__carries_statuses_costs_no_rate_and_needs_no_edition(
    world: World,
) -> None:
    await world.console(edition="standard", user_status="off")
    alice = await login(world, "alice")
    await login(world, "bob")
    await register(world, "carol")
    for user_id in ("carol", "bob"):
        await alice.call("addFriend", userID=user_id)
    for _ in range(25):
        page = await alice.call("getFriendList")
    assert page["nextCursor"] is None
    assert [shown(info["userStatus"]) for info in page["friendInfoList"]] == [
        ("bob", ONLINE, ""),
        ("carol", UNLOGINED, ""),
    ]


@covers(27)
async def test_friend_list__has_no_statuses_while_friend_status_is_off(world: World) -> None:
    await world.console(friend_status="off")
    alice = await login(world, "alice")
    await register(world, "bob")
    await alice.call("addFriend", userID="bob")
    page = await alice.call("getFriendList")
    assert page["friendInfoList"] == [{"userID": "bob", "userStatus": None}]


@covers(27)
async def test_friend_list__comes_in_pages_of_500_ordered_by_id(core_world: CoreWorld) -> None:
    alice = await login(core_world, "alice")
    friends = [f"friend{number:03}" for number in range(501)]
    client = await core_world.connect()
    for friend in friends:
        await send_login(core_world, client, friend)
        await client.call("addFriend", userID="alice")
    await alice.told()
    first = await alice.call("getFriendList")
    second = await alice.call("getFriendList", cursor=first["nextCursor"])
    pages = [[info["userID"] for info in page["friendInfoList"]] for page in (first, second)]
    assert [len(page) for page in pages] == [500, 1]
    assert [*pages[0], *pages[1]] == friends
    assert second["nextCursor"] is None
