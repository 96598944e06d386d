"""Login: UserSigs, take-over, resumption, passive logins, policies and kicks."""

from typing import Any

from imtui.protocol import usersig

from .clauses import covers
from .worlds.core_world import CoreWorld
from .worlds.socket_world import SocketWorld
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
    refusal,
    send_login,
    shown,
)


@covers(31)
async def test_login__the_user_sig_is_checked_in_its_order(world: World) -> None:
    app, key, now = world.sdk_app_id, world.secret_key, world.unix_ms() / 1000
    other_app = usersig.sign("alice", app + 1, key, now=now)
    client = await world.connect()
    wrong: list[tuple[dict[str, Any], int]] = [
        ({"userSig": ""}, 70002),
        ({"userSig": "", "sdkAppID": app + 1}, 70002),
        ({"userSig": "rubbish"}, 70003),
        ({"userSig": "rubbish", "sdkAppID": app + 1}, 70003),
        ({"userSig": "x" * 5000}, 70003),
        ({"sdkAppID": app + 1}, 70020),
        ({"sdkAppID": app + 1, "userSig": other_app}, 70020),
        ({"userSig": other_app}, 70014),
        ({"userSig": usersig.sign("bob", app, key, now=now)}, 70013),
        ({"userSig": usersig.sign("alice", app, key + "0", now=now)}, 70009),
        ({"userSig": usersig.sign("alice", app, key, 60, now=now - 61)}, 70001),
    ]
    for fields, expected in wrong:
        assert await code(send_login(world, client, "alice", **fields)) == expected
    assert await code(client.call("getUserStatus", userIDList=["alice"])) == 6014
    await send_login(world, client, "alice")


@covers(31)
async def test_login__an_invalid_id_or_name_is_refused_after_the_user_sig(world: World) -> None:
    client = await world.connect()
    assert await code(send_login(world, client, "a b", userSig="")) == 70002
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"userID": "a b"}, "userID"),
        ({"userID": "a" * 33}, "userID"),
        ({"instanceID": "i 1"}, "instanceID"),
        ({"instanceID": "i" * 65}, "instanceID"),
        ({"deviceName": "x" * 65}, "deviceName"),
        ({"deviceName": "a\nb"}, "deviceName"),
        ({"platform": "BeOS"}, "platform"),
        ({"sdkAppID": "1400000000"}, "sdkAppID"),
        ({"userID": 5}, "userID"),
        ({"passive": "yes"}, "passive"),
    ]
    for fields, field in wrong:
        user_id = fields.get("userID", "alice")
        user_sig = usersig.sign(
            str(user_id), world.sdk_app_id, world.secret_key, now=world.unix_ms() / 1000
        )
        refused = await refusal(
            send_login(world, client, "alice", **({"userSig": user_sig} | fields))
        )
        assert (refused.code, refused.data["field"]) == (6017, field)


@covers(31)
async def test_login__a_user_sig_that_expires_during_a_connection_ends_nothing(
    world: World,
) -> None:
    user_sig = usersig.sign(
        "alice", world.sdk_app_id, world.secret_key, 60, now=world.unix_ms() / 1000
    )
    alice = await login(world, "alice", userSig=user_sig, instanceID="i1")
    await world.advance(61)
    assert await query(alice, "alice") == ("alice", ONLINE, "")
    again = login(world, "alice", userSig=user_sig, instanceID="i1", resume=True)
    assert await code(again) == 70001
    assert await query(alice, "alice") == ("alice", ONLINE, "")


def signed(world: World, ahead: float) -> str:
    """Return a UserSig of alice that a clock ahead of the backend's made."""
    now = world.unix_ms() // 1000 + ahead
    return usersig.sign("alice", world.sdk_app_id, world.secret_key, now=now)


@covers(44)
async def test_login__a_user_sig_from_more_than_five_minutes_ahead_is_refused(
    world: World,
) -> None:
    client = await world.connect()
    ahead = signed(world, 330)
    assert await code(send_login(world, client, "alice", userSig=ahead)) == 70003
    await world.advance(60)
    client = await world.connect()
    await send_login(world, client, "alice", userSig=ahead)


@covers(44)
async def test_kick__user_sigs_of_a_clock_ahead_that_were_used_are_revoked(world: World) -> None:
    used, lost, unused = signed(world, 30), signed(world, 31), signed(world, 0)
    await login(world, "alice", userSig=used)
    phone = await login(world, "alice", userSig=lost)
    await phone.drop()
    await world.kick("alice")
    client = await world.connect()
    for user_sig in (used, lost, unused):
        assert await code(send_login(world, client, "alice", userSig=user_sig)) == 70052
    await world.advance(1.1)
    await world.restart()
    client = await world.connect()
    for user_sig in (used, lost, unused):
        assert await code(send_login(world, client, "alice", userSig=user_sig)) == 70052
    await send_login(world, client, "alice")


@covers(44)
async def test_kick__by_a_clock_that_was_far_ahead_it_counts_from_the_correction(
    world: World,
) -> None:
    world.set_wall_clock(7200)
    await login(world, "alice")
    await world.kick("alice")
    world.set_wall_clock(-7200)
    client = await world.connect()
    assert await code(send_login(world, client, "alice")) == 70052
    await world.advance(1.1)
    await send_login(world, client, "alice")


@covers(31)
async def test_login__an_unknown_account_is_registered_unless_the_console_says_otherwise(
    world: World,
) -> None:
    await login(world, "alice")
    await world.console(auto_register="off")
    alice = await login(world, "alice")
    assert await code(login(world, "bob")) == 70107
    assert await code(login(world, "bob", passive=True)) == 70107
    assert await code(alice.call("getUserStatus", userIDList=["bob"])) == 70107
    await world.console(auto_register="on")
    await login(world, "bob")
    assert await query(alice, "bob") == ("bob", ONLINE, "")


@covers(32)
async def test_login__as_another_account_logs_the_first_out(world: World) -> None:
    client, bob = await login(world, "alice"), await login(world, "bob")
    await send_login(world, client, "carol")
    assert await query(bob, "alice") == ("alice", UNLOGINED, "")
    assert await query(bob, "carol") == ("carol", ONLINE, "")
    assert await query(client, "carol") == ("carol", ONLINE, "")


@covers(32)
async def test_login__again_as_the_same_account_succeeds_and_changes_nothing(
    world: World,
) -> None:
    alice, bob = await login(world, "alice", instanceID="i1"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await alice.call("setSelfStatus", customStatus="x")
    await alice.told()
    await bob.told()
    answer = await send_login(world, alice, "alice", instanceID="i1")
    assert shown(answer["selfStatus"]) == ("alice", ONLINE, "x")
    assert await changes(alice) == []
    assert await bob.told() == []


@covers(31, 32)
async def test_login__one_that_fails_leaves_the_earlier_one_as_it_was(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    assert await code(send_login(world, alice, "carol", userSig="x")) == 70003
    await world.console(auto_register="off")
    assert await code(send_login(world, alice, "carol")) == 70107
    assert await query(bob, "alice") == ("alice", ONLINE, "")
    assert await query(alice, "bob") == ("bob", ONLINE, "")


@covers(9, 10)
async def test_login__without_an_instance_id_the_backend_makes_one_up(world: World) -> None:
    first, second = await world.connect(), await world.connect()
    await send_login(world, first, "alice", instanceID="")
    await send_login(world, second, "alice", instanceID="")
    told = only(await second.told(), "onSelfDevicesChanged")[-1]
    assert len({device["instanceID"] for device in told["devices"]}) == 2


@covers(9)
async def test_login__each_call_is_answered_under_its_own_id_in_their_order(
    socket_world: SocketWorld,
) -> None:
    client = await socket_world.connect()
    await send_login(socket_world, client, "alice")
    for number in range(20):
        await client.raw.send(f'{{"jsonrpc":"2.0","id":"n{number}","method":"heartbeat"}}')
    for number in range(20):
        assert (await client.raw.answer(f"n{number}"))["result"] == {}


@covers(11)
async def test_take_over__no_status_change_and_the_old_socket_is_closed_with_4001(
    world: World,
) -> None:
    old, bob = await login(world, "alice", instanceID="i1"), await login(world, "bob")
    await befriend(old, bob, "bob")
    await old.call("setSelfStatus", customStatus="On the call")
    await bob.told()
    new = await world.connect()
    answer = await send_login(world, new, "alice", instanceID="i1")
    assert shown(answer["selfStatus"]) == ("alice", ONLINE, "On the call")
    assert await old.closed() == 4001
    assert await changes(bob) == []
    assert await query(bob, "alice") == ("alice", ONLINE, "On the call")
    await new.call("setSelfStatus", customStatus="x")
    assert await changes(bob) == [("alice", ONLINE, "x")]


@covers(11)
async def test_take_over__the_late_end_of_the_old_socket_does_not_count(
    core_world: CoreWorld,
) -> None:
    old = await login(core_world, "alice", instanceID="i1")
    new = await login(core_world, "alice", instanceID="i1")
    assert await code(old.call("setSelfStatus", customStatus="late")) == 6014
    await old.drop()
    assert await query(new, "alice") == ("alice", ONLINE, "")


@covers(11, 33)
async def test_take_over__its_place_in_the_policy_is_kept(world: World) -> None:
    await login(world, "alice", instanceID="i0")
    for number in range(1, 10):
        await login(world, "alice", instanceID=f"i{number}")
    first = await login(world, "alice", instanceID="i0")
    await login(world, "alice", instanceID="i10")
    assert only(await first.told(), "onKickedOffline") == [{}]


@covers(7)
async def test_resume__nothing_is_told_if_the_old_socket_was_not_yet_seen_to_be_gone(
    world: World,
) -> None:
    await login(world, "alice", instanceID="i1")
    bob = await login(world, "bob")
    await bob.call("addFriend", userID="alice")
    await bob.told()
    resumed = await world.connect()
    answer = await send_login(world, resumed, "alice", instanceID="i1", resume=True)
    assert shown(answer["selfStatus"]) == ("alice", ONLINE, "")
    assert await bob.told() == []


@covers(7)
async def test_resume__after_the_loss_was_seen_the_account_is_online_again(world: World) -> None:
    alice, bob = await login(world, "alice", instanceID="i1"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await alice.drop()
    await login(world, "alice", instanceID="i1", resume=True)
    assert await changes(bob) in (
        [("alice", OFFLINE, ""), ("alice", ONLINE, "")],
        [("alice", ONLINE, "")],
    )


@covers(7)
async def test_resume__what_was_logged_out_gives_6208(world: World) -> None:
    alice = await login(world, "alice", instanceID="i1")
    await alice.call("logout")
    bob = await login(world, "bob")
    assert await code(login(world, "alice", instanceID="i1", resume=True)) == 6208
    assert await query(bob, "alice") == ("alice", UNLOGINED, "")
    await login(world, "alice", instanceID="i1")
    assert await query(bob, "alice") == ("alice", ONLINE, "")


@covers(7, 33)
async def test_resume__what_was_kicked_gives_6208(world: World) -> None:
    await world.console(login_policy="single")
    await login(world, "alice", instanceID="i1")
    second = await login(world, "alice", instanceID="i2")
    assert await code(login(world, "alice", instanceID="i1", resume=True)) == 6208
    assert await query(second, "alice") == ("alice", ONLINE, "")


@covers(7, 33)
async def test_resume__what_would_now_be_kicked_gives_6208(world: World) -> None:
    await world.console(login_policy="single")
    first = await login(world, "alice", instanceID="i1")
    await first.drop()
    second = await login(world, "alice", instanceID="i2")
    assert await code(login(world, "alice", instanceID="i1", resume=True)) == 6208
    assert await second.told() == []
    assert await query(second, "alice") == ("alice", ONLINE, "")


@covers(7)
async def test_resume__of_an_unknown_device_is_a_plain_login(world: World) -> None:
    alice = await login(world, "alice", instanceID="i1", resume=True)
    assert await query(alice, "alice") == ("alice", ONLINE, "")


@covers(12)
async def test_passive__it_makes_nobody_online_and_counts_in_no_policy(world: World) -> None:
    await world.console(login_policy="single")
    alice = await login(world, "alice")
    scripts = [await login(world, "alice", passive=True) for _ in range(3)]
    assert await alice.told() == []
    await alice.call("logout")
    assert await query(scripts[0], "alice") == ("alice", UNLOGINED, "")
    assert (await changes(scripts[2]))[-1] == ("alice", UNLOGINED, "")


@covers(12)
async def test_passive__its_end_leaves_the_account_as_it_was(world: World) -> None:
    bob = await login(world, "bob")
    alice = await login(world, "alice")
    await befriend(alice, bob, "bob")
    for end in ("logout", "drop"):
        script = await login(world, "alice", passive=True)
        if end == "logout":
            await script.call("logout")
        else:
            await script.drop()
    assert await alice.told() == []
    assert await bob.told() == []
    assert await query(bob, "alice") == ("alice", ONLINE, "")


@covers(12)
async def test_passive__it_is_told_of_friends_like_a_device(world: World) -> None:
    script, bob = await login(world, "alice", passive=True), await login(world, "bob")
    await befriend(script, bob, "bob")
    await bob.call("setSelfStatus", customStatus="x")
    assert await changes(script) == [("bob", ONLINE, "x")]


@covers(33)
async def test_policy_multi__the_eleventh_of_a_platform_kicks_the_earliest(world: World) -> None:
    devices = [await login(world, "alice", instanceID=f"i{number}") for number in range(10)]
    await login(world, "alice", platform="Mac")
    assert only(await devices[0].told(), "onKickedOffline") == []
    await login(world, "alice", instanceID="i10")
    assert only(await devices[0].told(), "onKickedOffline") == [{}]
    assert only(await devices[1].told(), "onKickedOffline") == []
    assert await code(devices[0].call("getUserStatus", userIDList=["alice"])) == 6014


@covers(33)
async def test_policy_platform__one_for_each_platform(world: World) -> None:
    await world.console(login_policy="platform")
    linux, mac = [await login(world, "alice", platform=name) for name in ("Linux", "Mac")]
    await linux.told()
    second = await login(world, "alice", platform="Linux")
    assert only(await linux.told(), "onKickedOffline") == [{}]
    assert only(await mac.told(), "onKickedOffline") == []
    assert await query(second, "alice") == ("alice", ONLINE, "")


@covers(33)
async def test_policy_single__the_login_and_its_kick_are_one_change(world: World) -> None:
    await world.console(login_policy="single")
    first, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(first, bob, "bob")
    await first.call("setSelfStatus", customStatus="On the call")
    await bob.told()
    second = await login(world, "alice")
    assert only(await first.told(), "onKickedOffline") == [{}]
    assert await changes(bob) == []
    assert await query(second, "alice") == ("alice", ONLINE, "On the call")
    for method in ("setSelfStatus", "heartbeat", "logout"):
        assert await code(first.call(method)) == 6014


@covers(33)
async def test_policy__a_kicked_connection_stays_open_and_may_log_in_again(world: World) -> None:
    await world.console(login_policy="single")
    first = await login(world, "alice", instanceID="i1")
    second = await login(world, "alice", instanceID="i2")
    await second.told()
    await send_login(world, first, "alice", instanceID="i1")
    assert only(await second.told(), "onKickedOffline") == [{}]
    assert await query(first, "alice") == ("alice", ONLINE, "")


@covers(33)
async def test_policy__only_connected_devices_count(world: World) -> None:
    await world.console(login_policy="platform")
    lost = await login(world, "alice")
    await lost.drop()
    await login(world, "alice", instanceID="i2")
    last = await login(world, "alice", platform="Mac")
    told = await last.told()
    assert told == []
    assert await query(last, "alice") == ("alice", ONLINE, "")


@covers(33, 22)
async def test_policy__the_devices_that_are_left_are_told(world: World) -> None:
    await world.console(login_policy="platform")
    mac = await login(world, "alice", instanceID="mac", platform="Mac")
    await login(world, "alice", instanceID="linux1")
    await mac.told()
    await login(world, "alice", instanceID="linux2")
    told = only(await mac.told(), "onSelfDevicesChanged")[-1]
    assert [device["instanceID"] for device in told["devices"]] == ["mac", "linux2"]
    assert await changes(mac) == []


@covers(31)
async def test_login__who_does_not_log_in_for_30_seconds_is_closed_with_4003(
    socket_world: SocketWorld,
) -> None:
    client = await socket_world.connect()
    await socket_world.advance(29)
    assert await code(client.call("heartbeat")) == 6014
    await socket_world.advance(1.5)
    assert await client.closed() == 4003


@covers(7)
async def test_resume__own_devices_are_told_nothing_if_the_old_socket_was_not_seen_to_be_gone(
    world: World,
) -> None:
    await login(world, "alice", instanceID="i1")
    laptop = await login(world, "alice", instanceID="i2")
    await login(world, "alice", instanceID="i1", resume=True)
    assert await laptop.told() == []


@covers(33)
async def test_take_over__on_another_platform_it_is_not_answered_and_then_kicked(
    world: World,
) -> None:
    await world.console(login_policy="platform")
    await login(world, "alice", instanceID="i1", platform="Linux")
    mac = await login(world, "alice", instanceID="i2", platform="Mac")
    assert await code(login(world, "alice", instanceID="i1", platform="Mac")) == 6208
    assert await query(mac, "alice") == ("alice", ONLINE, "")


@covers(32)
async def test_login__again_as_the_same_account_passively_changes_nothing(world: World) -> None:
    alice = await login(world, "alice", instanceID="i1")
    await send_login(world, alice, "alice", instanceID="i1", passive=True)
    assert await query(alice, "alice") == ("alice", ONLINE, "")


@covers(12)
async def test_passive__one_more_than_the_limit_is_refused_and_changes_nothing(
    world: World,
) -> None:
    await world.console(passive_logins="3")
    scripts = [await login(world, "alice", passive=True) for _ in range(3)]
    assert await code(login(world, "alice", passive=True)) == 7014
    await login(world, "bob", passive=True)
    await login(world, "alice")
    assert await code(login(world, "alice", passive=True)) == 7014
    await scripts[0].call("logout")
    await login(world, "alice", passive=True)
    assert await code(login(world, "alice", passive=True)) == 7014
    await world.console(passive_logins="0")
    for _ in range(5):
        await login(world, "alice", passive=True)
