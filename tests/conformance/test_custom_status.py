"""Setting the custom status: valid texts, clearing, and its end."""

import pytest

from .clauses import covers
from .worlds.core_world import CoreWorld
from .worlds.world import (
    OFFLINE,
    ONLINE,
    UNLOGINED,
    World,
    befriend,
    changes,
    code,
    login,
    query,
    refusal,
    shown,
    status_of,
    statuses,
)


@covers("setting the custom status", "notification of one's own status")
async def test_set__the_callback_is_triggered_after_the_field_is_set(world: World) -> None:
    alice = await login(world, "alice")
    assert await alice.call("setSelfStatus", customStatus="Listening to music") == {}
    assert await changes(alice) == [("alice", ONLINE, "Listening to music")]
    assert await query(alice, "alice") == ("alice", ONLINE, "Listening to music")


@covers("clearing the custom status")
@pytest.mark.parametrize("empty", [None, "", "  \t"], ids=["null", "empty", "white space"])
async def test_set__the_custom_status_is_cleared_when_the_field_is_left_empty(
    world: World, empty: str | None
) -> None:
    alice = await login(world, "alice")
    await alice.call("setSelfStatus", customStatus="On the call")
    await alice.told()
    await alice.call("setSelfStatus", customStatus=empty)
    assert await changes(alice) == [("alice", ONLINE, "")]


@covers("clearing the custom status")
async def test_set__the_custom_status_is_cleared_when_the_field_is_absent(world: World) -> None:
    alice = await login(world, "alice")
    await alice.call("setSelfStatus", customStatus="On the call")
    await alice.call("setSelfStatus")
    assert await query(alice, "alice") == ("alice", ONLINE, "")


@covers("clearing the custom status", 15)
async def test_set__going_offline_clears_the_custom_status_in_the_same_notification(
    world: World,
) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await alice.call("setSelfStatus", customStatus="On the call")
    await bob.told()
    await alice.drop()
    assert await changes(bob) == [("alice", OFFLINE, "")]
    await login(world, "alice")
    assert await changes(bob) == [("alice", ONLINE, "")]


@covers(15)
async def test_set__logging_out_clears_the_custom_status_in_the_same_notification(
    world: World,
) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await alice.call("setSelfStatus", customStatus="On the call")
    await bob.told()
    await alice.call("logout")
    assert await changes(bob) == [("alice", UNLOGINED, "")]


@covers(15)
async def test_set__the_custom_status_stays_while_another_device_is_connected(
    world: World,
) -> None:
    phone, laptop = await login(world, "alice"), await login(world, "alice")
    await phone.call("setSelfStatus", customStatus="On the call")
    await phone.drop()
    assert await query(laptop, "alice") == ("alice", ONLINE, "On the call")


@covers("setting the custom status", "frequency limit", "plan restrictions")
async def test_set__it_can_be_called_an_unlimited_number_of_times_in_any_edition(
    world: World,
) -> None:
    await world.console(edition="standard", user_status="off")
    alice = await login(world, "alice")
    for number in range(60):
        await alice.call("setSelfStatus", customStatus=str(number))
    assert await query(alice, "alice") == ("alice", ONLINE, "59")
    assert [text for _, _, text in await changes(alice)] == [str(number) for number in range(60)]


@covers(14)
@pytest.mark.parametrize("text", ["x" * 100, "é" * 50, "在" * 33])
async def test_set__up_to_100_bytes_of_utf_8(world: World, text: str) -> None:
    alice = await login(world, "alice")
    await alice.call("setSelfStatus", customStatus=text)
    assert await query(alice, "alice") == ("alice", ONLINE, text)


@covers(14, 24)
@pytest.mark.parametrize(
    "text", ["x" * 101, "é" * 51, "在" * 34, "a\nb", "a\x00b", "\x1b[31m", "a\x85b", "a\u202eb"]
)
async def test_set__what_is_too_long_or_has_controls_is_refused_and_changes_nothing(
    world: World, text: str
) -> None:
    alice = await login(world, "alice")
    await alice.call("setSelfStatus", customStatus="before")
    await alice.told()
    refused = await refusal(alice.call("setSelfStatus", customStatus=text))
    assert (refused.code, refused.data["field"]) == (6017, "customStatus")
    assert await changes(alice) == []
    assert await query(alice, "alice") == ("alice", ONLINE, "before")


@covers(14)
async def test_set__surrounding_white_space_is_stripped(world: World) -> None:
    alice = await login(world, "alice")
    await alice.call("setSelfStatus", customStatus=" \t On the call\n")
    assert await query(alice, "alice") == ("alice", ONLINE, "On the call")


@covers(14)
async def test_set__markup_is_text(world: World) -> None:
    alice = await login(world, "alice")
    await alice.call("setSelfStatus", customStatus="[bold]<b>*x*</b>[/]")
    assert await query(alice, "alice") == ("alice", ONLINE, "[bold]<b>*x*</b>[/]")


@covers(16)
async def test_set__the_value_that_it_already_has_is_told_to_own_devices_only(
    world: World,
) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    laptop = await login(world, "alice")
    await befriend(alice, bob, "bob")
    await alice.call("setSelfStatus", customStatus="On the call")
    for client in (alice, laptop, bob):
        await client.told()
    await alice.call("setSelfStatus", customStatus="On the call")
    assert await changes(alice) == [("alice", ONLINE, "On the call")]
    assert await changes(laptop) == [("alice", ONLINE, "On the call")]
    assert await changes(bob) == []


@covers(16)
async def test_set__clearing_what_is_clear_succeeds(world: World) -> None:
    alice = await login(world, "alice")
    await alice.call("setSelfStatus", customStatus=None)
    assert await changes(alice) == [("alice", ONLINE, "")]


@covers(12)
async def test_set__through_a_passive_login_while_online(world: World) -> None:
    alice = await login(world, "alice")
    script = await login(world, "alice", passive=True, instanceID="script", deviceName="cron")
    await script.call("setSelfStatus", customStatus="On the call")
    (told,) = statuses(await alice.told())
    assert shown(told) == ("alice", ONLINE, "On the call")
    assert told["changedBy"] == {
        "instanceID": "script",
        "deviceName": "cron",
        "platform": "Linux",
    }


@covers(12)
async def test_set__through_a_passive_login_while_not_online_is_refused(world: World) -> None:
    script = await login(world, "alice", passive=True)
    assert await code(script.call("setSelfStatus", customStatus="x")) == 7014
    assert await code(script.call("setSelfStatus", customStatus="x" * 101)) == 6017
    assert await query(script, "alice") == ("alice", UNLOGINED, "")


@covers(17)
async def test_end__comes_within_two_seconds_when_the_wall_clock_jumps(world: World) -> None:
    alice = await login(world, "alice")
    bob = await login(world, "bob")
    await bob.call("subscribeUserStatus", userIDList=["alice"])
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=world.unix_ms() + 3_600_000)
    await changes(bob)
    # A machine that slept sees the same: its monotonic clock stood still.
    world.set_wall_clock(7200)
    await world.advance(1.5)
    assert await changes(bob) == [("alice", ONLINE, "")]


@covers(17)
async def test_set__at_its_end_the_text_before_comes_back(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    await alice.call("setSelfStatus", customStatus="Working")
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=world.unix_ms() + 60_000)
    await bob.told()
    lunch = statuses(await alice.told())[-1]
    assert lunch["expiresAt"] == pytest.approx(world.unix_ms() + 60_000, abs=5_000)
    await world.advance(61)
    assert await changes(bob) == [("alice", ONLINE, "Working")]
    (back,) = statuses(await alice.told())
    assert shown(back) == ("alice", ONLINE, "Working")
    assert "expiresAt" not in back
    assert "changedBy" not in back


@covers(17)
async def test_set__at_its_very_end(core_world: CoreWorld) -> None:
    alice = await login(core_world, "alice")
    end = core_world.unix_ms() + 60_000
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=end)
    await core_world.advance(59.999)
    assert await query(alice, "alice") == ("alice", ONLINE, "Lunch")
    await core_world.advance(0.001)
    assert await query(alice, "alice") == ("alice", ONLINE, "")


@covers(17)
async def test_set__a_text_before_that_has_ended_too_does_not_come_back(world: World) -> None:
    alice = await login(world, "alice")
    now = world.unix_ms()
    await alice.call("setSelfStatus", customStatus="Working")
    await alice.call("setSelfStatus", customStatus="Coffee", expiresAt=now + 60_000)
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=now + 120_000)
    await world.advance(90)
    assert await query(alice, "alice") == ("alice", ONLINE, "Lunch")
    await world.advance(31)
    assert await query(alice, "alice") == ("alice", ONLINE, "Working")


@covers(17)
async def test_set__a_text_before_that_has_not_ended_comes_back_until_it_ends(
    world: World,
) -> None:
    alice = await login(world, "alice")
    now = world.unix_ms()
    await alice.call("setSelfStatus", customStatus="Out", expiresAt=now + 120_000)
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=now + 60_000)
    await world.advance(61)
    assert await query(alice, "alice") == ("alice", ONLINE, "Out")
    await world.advance(60)
    assert await query(alice, "alice") == ("alice", ONLINE, "")


@covers(17)
async def test_set__the_same_text_with_another_end_gets_that_end(world: World) -> None:
    alice = await login(world, "alice")
    now = world.unix_ms()
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=now + 60_000)
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=now + 120_000)
    assert statuses(await alice.told())[-1]["expiresAt"] == now + 120_000
    await world.advance(61)
    assert await query(alice, "alice") == ("alice", ONLINE, "Lunch")
    await world.advance(60)
    assert await query(alice, "alice") == ("alice", ONLINE, "")


@covers(17)
async def test_set__a_text_without_an_end_takes_the_place_of_all_before(world: World) -> None:
    alice = await login(world, "alice")
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=world.unix_ms() + 60_000)
    await alice.call("setSelfStatus", customStatus="Back")
    await world.advance(61)
    assert await query(alice, "alice") == ("alice", ONLINE, "Back")


@covers(17)
async def test_set__an_end_does_not_outlive_going_offline(world: World) -> None:
    bob = await login(world, "bob")
    alice = await login(world, "alice")
    await befriend(bob, alice, "alice")
    await alice.call("setSelfStatus", customStatus="Working")
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=world.unix_ms() + 60_000)
    await alice.drop()
    await bob.told()
    await login(world, "alice")
    await world.advance(61)
    assert await changes(bob) == [("alice", ONLINE, "")]


@covers(17)
@pytest.mark.parametrize("past", [-1, 0, -10_000])
async def test_set__an_end_that_is_past_is_refused(core_world: CoreWorld, past: int) -> None:
    alice = await login(core_world, "alice")
    end = core_world.unix_ms() + past
    refused = await refusal(alice.call("setSelfStatus", customStatus="x", expiresAt=end))
    assert (refused.code, refused.data["field"]) == (6017, "expiresAt")


@covers(17, 20)
async def test_set__only_own_devices_learn_when_it_ends(world: World) -> None:
    alice, bob = await login(world, "alice"), await login(world, "bob")
    await befriend(alice, bob, "bob")
    end = world.unix_ms() + 60_000
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=end)
    (told,) = statuses(await bob.told())
    assert "expiresAt" not in told
    assert "expiresAt" not in await status_of(bob, "alice")
    assert (await status_of(alice, "alice"))["expiresAt"] == end


@covers(23)
async def test_set__without_a_login(world: World) -> None:
    client = await world.connect()
    assert await code(client.call("setSelfStatus", customStatus="x" * 101)) == 6014


@covers(17)
async def test_set__an_end_brought_forward_puts_back_a_text_that_has_not_ended(
    world: World,
) -> None:
    alice = await login(world, "alice")
    now = world.unix_ms()
    await alice.call("setSelfStatus", customStatus="Out", expiresAt=now + 120_000)
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=now + 240_000)
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=now + 60_000)
    await world.advance(61)
    assert await query(alice, "alice") == ("alice", ONLINE, "Out")


@covers(17, 19)
async def test_set__own_devices_learn_that_a_text_no_longer_ends(world: World) -> None:
    alice = await login(world, "alice")
    now = world.unix_ms()
    await alice.call("setSelfStatus", customStatus="Working")
    await alice.call("setSelfStatus", customStatus="Lunch", expiresAt=now + 60_000)
    await alice.call("setSelfStatus", customStatus="Working", expiresAt=now + 120_000)
    await alice.told()
    await world.advance(121)
    (told,) = statuses(await alice.told())
    assert shown(told) == ("alice", ONLINE, "Working")
    assert "expiresAt" not in told
