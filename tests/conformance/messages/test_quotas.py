"""Quotas: an account sends a burst, then so much in a second, and the console sets how much."""

import pytest

from ..worlds.chatting import pair, send
from ..worlds.core_world import CoreWorld
from ..worlds.world import World, code, login, refusal


async def test_an_account_sends_100_messages_at_once_and_10_a_second_after_them(
    core_world: CoreWorld,
) -> None:
    alice, bob = await pair(core_world)
    phone = await login(core_world, "alice")
    last = await send(alice, "bob")
    for _ in range(33):
        for sender in (phone, alice, phone):
            await send(sender, "bob")
    refused = await refusal(send(alice, "bob"))
    assert (refused.code, refused.data) == (7008, {"retryAfterMs": 100})
    assert await code(send(phone, "bob")) == 7008
    assert (await send(alice, "bob", msgID=last["msgID"]))["seq"] == last["seq"]
    await send(bob, "alice")
    await core_world.advance(0.1)
    await send(phone, "bob")
    assert await code(send(alice, "bob")) == 7008


async def test_an_account_sends_2_mib_at_once_and_64_kib_a_second_after_them(
    core_world: CoreWorld,
) -> None:
    await core_world.console(messages_rate="0")
    alice, _ = await pair(core_world)
    contents = {"text": "é" * 4096, "cloudCustomData": "x" * 4096}
    for _ in range(2 * 1024 // 12):
        await send(alice, "bob", **contents)
    refused = await refusal(send(alice, "bob", **contents))
    assert refused.code == 7008
    await core_world.advance(refused.data["retryAfterMs"] / 1000)
    await send(alice, "bob", **contents)
    refused = await refusal(send(alice, "bob", **contents))
    assert refused.data["retryAfterMs"] == pytest.approx(12 / 64 * 1000, abs=2)


async def test_friend_requests_and_online_only_messages_share_30_at_once_and_one_a_second(
    core_world: CoreWorld,
) -> None:
    alice, _ = await pair(core_world)
    await (await login(core_world, "carol")).call("setSelfInfo", allowType=1)
    for _ in range(15):
        await send(alice, "bob", onlineUserOnly=True)
        assert await code(alice.call("addFriend", userID="carol")) == 30539
    refused = await refusal(alice.call("addFriend", userID="bob"))
    assert (refused.code, refused.data) == (7008, {"retryAfterMs": 1000})
    assert await code(send(alice, "bob", onlineUserOnly=True)) == 7008
    await send(alice, "bob")
    await core_world.advance(1)
    await send(alice, "bob", onlineUserOnly=True)


async def test_the_console_sets_the_quotas_at_once(world: World) -> None:
    await world.console(messages_burst="2", messages_rate="1")
    alice, _ = await pair(world)
    await send(alice, "bob")
    await send(alice, "bob")
    assert await code(send(alice, "bob")) == 7008
    await world.console(messages_rate="0")
    await send(alice, "bob")
