"""Status change notification: its receivers, order and number."""

import json

import pytest

from .clauses import covers
from .worlds.core_world import CoreWorld
from .worlds.socket_world import SocketClient, SocketWorld
from .worlds.world import (
    OFFLINE,
    ONLINE,
    UNLOGINED,
    World,
    befriend,
    changes,
    code,
    login,
    only,
    query,
    register,
    send_login,
    shown,
    status_of,
    statuses,
)


@covers("notification", "notification of one's own status", "multi-client sync", 20)
async def test_notify_own__a_change_on_one_device_is_sent_to_all_devices_of_the_account(
    world: World,
) -> None:
    phone = await login(
        world, "alice", platform="iPhone", instanceID="phone", deviceName="Alice's phone"
    )
    laptop = await login(world, "alice", platform="Mac", instanceID="laptop")
    script = await login(world, "alice", passive=True)
    await phone.told()
    await phone.call("setSelfStatus", customStatus="Listening to music")
    for device in (phone, laptop, script):
        (told,) = statuses(await device.told())
        assert shown(told) == ("alice", ONLINE, "Listening to music")
        assert told["onlineDevices"] == ["Mac", "iPhone"]
        assert told["changedBy"] == {
            "instanceID": "phone",
            "deviceName": "Alice's phone",
            "platform": "iPhone",
        }


@covers("multi-client sync", "notification of one's own status")
async def test_notify_own__general_changes_reach_a_passive_login(world: World) -> None:
    script = await login(world, "alice", passive=True)
    alice = await login(world, "alice")
    assert await changes(script) == [("alice", ONLINE, "")]
    await alice.drop()
    assert await changes(script) == [("alice", OFFLINE, "")]


@covers(19)
async def test_notify_own__every_change_is_told_and_none_is_merged(world: World) -> None:
    phone, laptop = await login(world, "alice"), await login(world, "alice")
    texts = [str(number) for number in range(20)]
    for text in texts:
        await phone.call("setSelfStatus", customStatus=text)
    assert [text for _, _, text in await changes(laptop)] == texts


@covers("notification", "notification of a friend's status", 20, 21)
async def test_notify_friend__automatically_while_enabled_in_the_console(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await bob.call("setSelfStatus", customStatus="On the call")
    assert await changes(alice) == [("bob", ONLINE, "On the call")]
    await bob.drop()
    assert await changes(alice) == [("bob", OFFLINE, "")]


@covers("notification of a friend's status", 34)
async def test_notify_friend__needs_neither_the_edition_nor_the_user_status_switch(
    world: World,
) -> None:
    await world.console(edition="standard", user_status="off")
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await bob.call("setSelfStatus", customStatus="On the call")
    assert await changes(alice) == [("bob", ONLINE, "On the call")]


@covers("notification of a friend's status", 20)
async def test_notify_friend__not_enabled_and_not_subscribed_no_change_can_be_obtained(
    world: World,
) -> None:
    await world.console(friend_status="off")
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await bob.call("setSelfStatus", customStatus="On the call")
    assert await changes(alice) == []


@covers("notification of a friend's status", "subscribing", 20)
async def test_notify_friend__not_enabled_but_subscribed(world: World) -> None:
    await world.console(friend_status="off")
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    await bob.call("setSelfStatus", customStatus="On the call")
    assert await changes(alice) == [("bob", ONLINE, "On the call")]
    await bob.told()
    await alice.call("setSelfStatus", customStatus="x")
    assert await changes(bob) == []


@covers("notification of a friend's status", 20)
async def test_notify_friend__a_friend_who_is_subscribed_to_is_told_of_once(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    await alice.told()
    await bob.call("setSelfStatus", customStatus="On the call")
    assert await changes(alice) == [("bob", ONLINE, "On the call")]


@covers("notification of a non-friend's status")
async def test_notify_non_friend__only_with_a_subscription(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await bob.call("setSelfStatus", customStatus="1")
    assert await changes(alice) == []
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    await bob.call("setSelfStatus", customStatus="2")
    assert await changes(alice) == [("bob", ONLINE, "2")]


@covers("notification of a non-friend's status", 20)
async def test_notify_non_friend__the_one_who_is_watched_is_told_nothing_of_the_watcher(
    world: World,
) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    await alice.call("setSelfStatus", customStatus="x")
    await alice.drop()
    assert await bob.told() == []


@covers("notification", 20)
async def test_notify__watchers_learn_neither_the_device_nor_the_end(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await bob.call("setSelfStatus", customStatus="x", expiresAt=world.unix_ms() + 60_000)
    (told,) = statuses(await alice.told())
    assert "changedBy" not in told
    assert "expiresAt" not in told


@covers(20, 34)
async def test_notify__switches_hold_at_once_for_connected_clients(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await world.console(friend_status="off")
    await bob.call("setSelfStatus", customStatus="1")
    assert await changes(alice) == []
    await world.console(friend_status="on")
    await bob.call("setSelfStatus", customStatus="2")
    assert await changes(alice) == [("bob", ONLINE, "2")]


@covers(21)
async def test_friends__adding_makes_friends_both_ways_at_once_and_tells_all_devices(
    world: World,
) -> None:
    phone, bob = await login(world, "alice"), await login(world, "bob")
    laptop = await login(world, "alice")
    await phone.told()
    assert await phone.call("addFriend", userID="bob") == {}
    for device in (phone, laptop):
        (told,) = only(await device.told(), "onFriendListAdded")
        assert [info["userID"] for info in told["friendInfoList"]] == ["bob"]
        assert shown(told["friendInfoList"][0]["userStatus"]) == ("bob", ONLINE, "")
    (told,) = only(await bob.told(), "onFriendListAdded")
    assert [info["userID"] for info in told["friendInfoList"]] == ["alice"]
    for client, friend in ((phone, "bob"), (bob, "alice")):
        page = await client.call("getFriendList")
        assert [info["userID"] for info in page["friendInfoList"]] == [friend]


@covers(21)
async def test_friends__adding_again_changes_nothing(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await alice.call("addFriend", userID="bob")
    assert await alice.told() == []
    assert await bob.told() == []


@covers(21)
async def test_friends__oneself_nobody_and_no_id_are_refused(world: World) -> None:
    alice = await login(world, "alice")
    assert await code(alice.call("addFriend", userID="alice")) == 30001
    assert await code(alice.call("addFriend", userID="nobody")) == 30003
    assert await code(alice.call("addFriend", userID="a b")) == 6017
    assert await code(alice.call("deleteFromFriendList", userIDList=["nobody"])) == 31704
    assert await code(alice.call("deleteFromFriendList", userIDList=[])) == 6017


@covers(21)
async def test_friends__deleting_from_both_lists_tells_both(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    assert await alice.call("deleteFromFriendList", userIDList=["bob"]) == {}
    assert only(await alice.told(), "onFriendListDeleted") == [{"userIDList": ["bob"]}]
    assert only(await bob.told(), "onFriendListDeleted") == [{"userIDList": ["alice"]}]
    await bob.call("setSelfStatus", customStatus="x")
    assert await changes(alice) == []


@covers(21)
async def test_friends__who_counts_is_who_has_the_user_in_their_own_list(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await alice.call("deleteFromFriendList", userIDList=["bob"], deleteType=1)
    await alice.told()
    assert await bob.told() == []
    await bob.call("setSelfStatus", customStatus="x")
    assert await changes(alice) == []
    await bob.told()
    await alice.call("setSelfStatus", customStatus="y")
    assert await changes(bob) == [("alice", ONLINE, "y")]


@covers(21, 5)
async def test_friends__survive_a_restart(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await world.restart()
    alice = await login(world, "alice")
    await login(world, "bob")
    assert await changes(alice) == [("bob", ONLINE, "")]


@covers(13)
async def test_online_devices__are_the_platforms_of_the_connected_ones_sorted_without_repeats(
    world: World,
) -> None:
    bob = await login(world, "bob")
    await login(world, "alice", platform="iPad")
    await login(world, "alice", platform="Web")
    last = await login(world, "alice", platform="iPad")
    assert (await status_of(bob, "alice"))["onlineDevices"] == ["Web", "iPad"]
    await last.drop()
    assert (await status_of(bob, "alice"))["onlineDevices"] == ["Web", "iPad"]


@covers(13)
async def test_online_devices__a_change_of_them_alone_is_told_to_own_devices_only(
    world: World,
) -> None:
    linux, bob = await login(world, "alice", platform="Linux"), await login(world, "bob")
    await befriend(bob, linux, "alice")
    before = await status_of(bob, "alice")
    mac = await login(world, "alice", platform="Mac")
    (told,) = statuses(await linux.told())
    assert told["onlineDevices"] == ["Linux", "Mac"]
    assert told["revision"] > before["revision"]
    await mac.call("logout")
    (told,) = statuses(await linux.told())
    assert told["onlineDevices"] == ["Linux"]
    assert await changes(bob) == []


@covers(13)
@pytest.mark.parametrize(
    "platform", ["Linux", "Mac", "Windows", "Android", "iPhone", "iPad", "Web"]
)
async def test_online_devices__the_platforms(core_world: CoreWorld, platform: str) -> None:
    alice = await login(core_world, "alice", platform=platform)
    assert (await status_of(alice, "alice"))["onlineDevices"] == [platform]


@covers(18)
async def test_revisions__grow_with_each_change_and_over_a_restart(world: World) -> None:
    bob = await login(world, "bob")
    revisions = []
    for _ in range(3):
        alice = await login(world, "alice")
        revisions.append((await status_of(bob, "alice"))["revision"])
        for text in ("1", "2"):
            await alice.call("setSelfStatus", customStatus=text)
            revisions.append((await status_of(bob, "alice"))["revision"])
        await alice.drop()
        revisions.append((await status_of(bob, "alice"))["revision"])
        await world.restart()
        bob = await login(world, "bob")
        revisions.append((await status_of(bob, "alice"))["revision"])
    assert revisions == sorted(set(revisions))
    # The upper part counts starts, so that revisions lost in a crash are never reused.
    assert len({revision >> 32 for revision in revisions}) == 4


@covers(18)
async def test_revisions__who_subscribes_and_then_queries_misses_nothing(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await bob.call("setSelfStatus", customStatus="before")
    await alice.call("subscribeUserStatus", userIDList=["bob"])
    queried = await status_of(alice, "bob")
    await bob.call("setSelfStatus", customStatus="after")
    (told,) = statuses(await alice.told())
    assert (queried["customStatus"], told["customStatus"]) == ("before", "after")
    assert told["revision"] > queried["revision"]


@covers(18, 19)
async def test_revisions__each_watcher_sees_the_changes_in_order(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    seen = []
    for number in range(10):
        await bob.call("setSelfStatus", customStatus=str(number))
        seen += statuses(await alice.told())
    assert [status["customStatus"] for status in seen] == [str(number) for number in range(10)]
    revisions = [status["revision"] for status in seen]
    assert revisions == sorted(set(revisions))


def set_text(text: str) -> str:
    """Return a request frame to send without waiting, so that many can be sent at once."""
    return json.dumps(
        {"jsonrpc": "2.0", "method": "setSelfStatus", "params": {"customStatus": text}}
    )


async def connected(world: SocketWorld, user_id: str) -> SocketClient:
    """Return a new logged-in connection with its raw client."""
    client = await world.connect()
    await send_login(world, client, user_id)
    await client.told()
    return client


@covers(19)
async def test_flush__between_flushes_the_last_one_wins(socket_world: SocketWorld) -> None:
    alice, bob = await login(socket_world, "alice"), await connected(socket_world, "bob")
    await befriend(alice, bob, "bob")
    for number in range(50):
        await bob.raw.send(set_text(str(number)))
    await bob.told()
    told = await changes(alice)
    assert told[-1] == ("bob", ONLINE, "49")
    numbers = [int(text) for _, _, text in told]
    assert numbers == sorted(set(numbers))


@covers(19)
async def test_flush__the_last_one_is_sent_even_if_it_ends_where_it_began(
    socket_world: SocketWorld,
) -> None:
    alice, bob = await login(socket_world, "alice"), await connected(socket_world, "bob")
    await befriend(alice, bob, "bob")
    await bob.raw.send(set_text("x"))
    await bob.raw.send(set_text(""))
    await bob.told()
    assert (await changes(alice))[-1] == ("bob", ONLINE, "")


@covers("notification", 19)
async def test_flush__what_many_changed_is_told_as_lists(socket_world: SocketWorld) -> None:
    users = [f"user{number}" for number in range(8)]
    others = [await connected(socket_world, user) for user in users]
    alice = await login(socket_world, "alice")
    await alice.call("subscribeUserStatus", userIDList=users)
    await alice.told()
    for other in others:
        await other.raw.send(set_text("x"))
    for other in others:
        await other.told()
    told = statuses(await alice.told())
    assert sorted(shown(status) for status in told) == [(user, ONLINE, "x") for user in users]


@covers(22)
async def test_devices__own_devices_are_told_after_login_and_when_one_comes_or_goes(
    world: World,
) -> None:
    client = await world.connect()
    await send_login(world, client, "alice", instanceID="i1", deviceName="one", platform="Mac")
    (told,) = only(await client.told(), "onSelfDevicesChanged")
    (device,) = told["devices"]
    login_time = device.pop("loginTime")
    assert abs(login_time - world.unix_ms()) < 60_000
    assert device == {"instanceID": "i1", "deviceName": "one", "platform": "Mac"}
    second = await login(world, "alice", instanceID="i2")
    (told,) = only(await client.told(), "onSelfDevicesChanged")
    assert [device["instanceID"] for device in told["devices"]] == ["i1", "i2"]
    await second.drop()
    (told,) = only(await client.told(), "onSelfDevicesChanged")
    assert [device["instanceID"] for device in told["devices"]] == ["i1"]


@covers(12, 22)
async def test_devices__a_passive_login_is_listed_nowhere_and_is_told_the_list(
    world: World,
) -> None:
    alice = await login(world, "alice", instanceID="i1")
    script = await world.connect()
    await send_login(world, script, "alice", passive=True)
    (told,) = only(await script.told(), "onSelfDevicesChanged")
    assert [device["instanceID"] for device in told["devices"]] == ["i1"]
    assert await alice.told() == []


@covers("notification of one's own status")
async def test_notify_own__the_answer_to_a_login_carries_the_own_status(world: World) -> None:
    client = await world.connect()
    answer = await send_login(world, client, "alice")
    assert shown(answer["selfStatus"]) == ("alice", ONLINE, "")
    assert abs(answer["serverTime"] - world.unix_ms()) < 60_000
    assert answer["heartbeatInterval"] == 25.0


@covers("notification")
async def test_notify__nothing_is_told_to_who_has_logged_out(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await alice.call("logout")
    await alice.told()
    await bob.call("setSelfStatus", customStatus="x")
    assert await alice.told() == []
    assert await query(bob, "alice") == ("alice", UNLOGINED, "")


@covers("notification")
async def test_notify__an_account_that_registers_tells_nobody(world: World) -> None:
    alice = await login(world, "alice")
    await register(world, "bob")
    assert await alice.told() == []
