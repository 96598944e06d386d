"""Feature description: ONLINE, OFFLINE and UNLOGINED, and the transitions between them."""

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
    send_login,
    shown,
    status_of,
)


@covers("general status", 1)
async def test_general_status__a_user_who_has_logged_in_is_online(world: World) -> None:
    alice = await login(world, "alice")
    bob = await login(world, "bob")
    assert await query(bob, "alice") == ("alice", ONLINE, "")
    assert await query(alice, "alice") == ("alice", ONLINE, "")


@covers("general status", 1, 3)
async def test_general_status__a_user_whose_connection_is_gone_without_a_logout_is_offline(
    world: World,
) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await alice.drop()
    assert await query(bob, "alice") == ("alice", OFFLINE, "")


@covers("general status", 1, 4)
async def test_general_status__a_user_who_has_logged_out_is_unlogined(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await alice.call("logout")
    assert await query(bob, "alice") == ("alice", UNLOGINED, "")


@covers("general status", 12)
async def test_general_status__a_user_who_has_not_logged_in_since_registration_is_unlogined(
    world: World,
) -> None:
    alice = await login(world, "alice", passive=True)  # registers, but is not a device
    assert await query(alice, "alice") == ("alice", UNLOGINED, "")


@covers("general status")
async def test_general_status__it_is_preset_and_cannot_be_modified(world: World) -> None:
    alice = await login(world, "alice")
    await alice.call("setSelfStatus", statusType=OFFLINE, userID="bob", customStatus="x")
    assert await query(alice, "alice") == ("alice", ONLINE, "x")


@covers("general status", 1, 2)
async def test_general_status__it_belongs_to_the_user_and_not_to_the_device(world: World) -> None:
    phone, laptop = await login(world, "alice"), await login(world, "alice")
    bob = await login(world, "bob")
    await phone.call("setSelfStatus", customStatus="On the call")
    await phone.call("logout")
    assert await query(bob, "alice") == ("alice", ONLINE, "On the call")
    await laptop.call("logout")
    assert await query(bob, "alice") == ("alice", UNLOGINED, "")


@covers(1)
async def test_general_status__of_devices_that_ended_differently_the_last_one_decides(
    world: World,
) -> None:
    lost, left = await login(world, "alice"), await login(world, "alice")
    bob = await login(world, "bob")
    await lost.drop()
    assert await query(bob, "alice") == ("alice", ONLINE, "")
    own = (await left.call("logout"))["selfStatus"]
    assert await query(bob, "alice") == ("alice", UNLOGINED, "")
    assert shown(own) == ("alice", UNLOGINED, "")
    lost, left = await login(world, "alice"), await login(world, "alice")
    own = (await left.call("logout"))["selfStatus"]
    assert shown(own) == ("alice", ONLINE, "")
    await lost.drop()
    assert await query(bob, "alice") == ("alice", OFFLINE, "")


@covers(1)
async def test_general_status__a_lost_device_that_comes_back_and_logs_out_leaves_unlogined(
    world: World,
) -> None:
    bob = await login(world, "bob")
    await (await login(world, "alice", instanceID="i1")).drop()
    again = await login(world, "alice", instanceID="i1")
    await again.call("logout")
    assert await query(bob, "alice") == ("alice", UNLOGINED, "")


@covers(1)
async def test_general_status__offline_has_no_end_of_its_own(world: World) -> None:
    await (await login(world, "alice")).drop()
    await world.advance(8 * 24 * 3600)
    bob = await login(world, "bob")
    assert await query(bob, "alice") == ("alice", OFFLINE, "")


@covers(2)
async def test_general_status__a_kicked_device_counts_as_logged_out(world: World) -> None:
    await world.console(login_policy="single")
    await login(world, "alice")
    second = await login(world, "alice")
    await second.call("logout")
    bob = await login(world, "bob")
    assert await query(bob, "alice") == ("alice", UNLOGINED, "")


@covers("offline status", 3)
async def test_offline__without_heartbeats_the_user_is_offline_400_seconds_later(
    world: World,
) -> None:
    alice = await login(world, "alice")
    await world.advance(398)
    bob = await login(world, "bob")
    assert await query(bob, "alice") == ("alice", ONLINE, "")
    await world.advance(2.01)
    assert await query(bob, "alice") == ("alice", OFFLINE, "")
    assert await alice.closed() == 4002


@covers("offline status", 3)
async def test_offline__at_exactly_400_seconds_and_never_earlier(core_world: CoreWorld) -> None:
    await login(core_world, "alice")
    await core_world.advance(399.999)
    bob = await login(core_world, "bob")
    assert await query(bob, "alice") == ("alice", ONLINE, "")
    await core_world.advance(0.001)
    assert await query(bob, "alice") == ("alice", OFFLINE, "")


@covers(3)
async def test_offline__any_frame_is_a_sign_of_life_even_one_that_is_refused(world: World) -> None:
    alice = await login(world, "alice")
    await world.advance(390)
    await alice.call("heartbeat")
    await world.advance(390)
    assert await code(alice.call("noSuchMethod")) == -32601
    await world.advance(390)
    assert await code(alice.call("getUserStatus")) == 6017
    await world.advance(390)
    bob = await login(world, "bob")
    assert await query(bob, "alice") == ("alice", ONLINE, "")


@covers("offline status", 4)
async def test_offline__a_process_that_is_kept_alive_in_the_background_is_online(
    world: World,
) -> None:
    """A suspended client sends nothing, and its socket stays open."""
    await login(world, "alice")
    await world.advance(300)
    bob = await login(world, "bob")
    assert await query(bob, "alice") == ("alice", ONLINE, "")


@covers(3)
async def test_offline__a_passive_login_that_falls_silent_is_closed_too(world: World) -> None:
    passive = await login(world, "alice", passive=True)
    await world.advance(401)
    assert await passive.closed() == 4002


@covers(5)
async def test_restart__who_was_logged_in_is_offline_until_a_device_is_back(world: World) -> None:
    await login(world, "alice", instanceID="i1")
    await (await login(world, "carol")).call("logout")
    await (await login(world, "dave")).drop()
    await world.restart()
    bob = await login(world, "bob")
    assert await query(bob, "alice") == ("alice", OFFLINE, "")
    assert await query(bob, "carol") == ("carol", UNLOGINED, "")
    assert await query(bob, "dave") == ("dave", OFFLINE, "")
    await login(world, "alice", instanceID="i1", resume=True)
    assert await query(bob, "alice") == ("alice", ONLINE, "")


@covers(5)
async def test_restart__who_had_been_kicked_stays_so(world: World) -> None:
    await world.console(login_policy="single")
    await login(world, "alice", instanceID="kicked")
    second = await login(world, "alice", instanceID="second")
    await second.call("logout")
    await world.restart()
    bob = await login(world, "bob")
    assert await query(bob, "alice") == ("alice", UNLOGINED, "")
    client = await world.connect()
    resumed = send_login(world, client, "alice", instanceID="kicked", resume=True)
    assert await code(resumed) == 6208


@covers(17)
async def test_general_status__since_is_the_time_of_its_last_change(world: World) -> None:
    bob = await login(world, "bob")
    before = world.unix_ms()
    alice = await login(world, "alice")
    online = await status_of(bob, "alice")
    assert before <= online["since"] <= world.unix_ms()
    await world.advance(10)
    await alice.call("setSelfStatus", customStatus="x")
    assert (await status_of(bob, "alice"))["since"] == online["since"]
    await alice.drop()
    offline = await status_of(bob, "alice")
    assert offline["since"] >= online["since"] + 10_000
