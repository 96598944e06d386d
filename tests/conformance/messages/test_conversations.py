"""Conversations: the list, reading, pinning, receive options, deleting."""

import pytest

from ..worlds.chatting import (
    changed,
    changed_conversations,
    changed_messages,
    conversation,
    conversations,
    history,
    new_messages,
    pair,
    read,
    receipts,
    send,
    texts,
    unread,
)
from ..worlds.core_world import CoreWorld
from ..worlds.world import Client, World, code, login, refusal, register


async def listed(client: Client) -> list[str]:
    """Return the peers of the listed conversations."""
    return [one["conversationID"].removeprefix("c2c_") for one in await conversations(client)]


async def pin(client: Client, peer: str, is_pinned: bool = True) -> None:
    """Pin or unpin a conversation."""
    answer = await client.call("pinConversation", conversationID=f"c2c_{peer}", isPinned=is_pinned)
    assert answer == {}


async def receive(client: Client, opt: int, *peers: str) -> None:
    """Set the receive option of a conversation."""
    answer = await client.call("setC2CReceiveMessageOpt", userIDList=list(peers), opt=opt)
    assert answer == {}


async def test_the_other_ones_messages_are_unread_until_they_are_read(world: World) -> None:
    alice, bob = await pair(world)
    phone = await login(world, "bob")
    for _ in range(3):
        await send(alice, "bob")
    await send(bob, "alice")
    for client in (alice, bob, phone):
        await client.told()
    assert (await unread(bob, "alice"), await unread(alice, "bob")) == (3, 1)
    await read(bob, "alice", 2)
    for own in (bob, phone):
        told = await own.told()
        (now,) = changed_conversations(told)
        assert (now["unreadCount"], now["readSeq"], now.get("peerReadSeq", 0)) == (1, 2, 0)
        assert receipts(told) == []
    told = await alice.told()
    (receipt,) = receipts(told)
    assert (receipt["userID"], receipt["readSeq"]) == ("bob", 2)
    assert abs(receipt["timestamp"] - world.unix_ms()) < 60_000
    assert changed_conversations(told) == []
    assert (await conversation(alice, "bob"))["peerReadSeq"] == 2
    await read(bob, "alice")
    assert (await conversation(bob, "alice"))["readSeq"] == 4
    assert await unread(bob, "alice") == 0
    await send(alice, "bob")
    assert await unread(bob, "alice") == 1


async def test_reading_less_than_is_read_changes_nothing_and_more_than_there_is_means_all(
    world: World,
) -> None:
    alice, bob = await pair(world)
    for _ in range(3):
        await send(alice, "bob")
    await read(bob, "alice", 2**70)
    assert (await conversation(bob, "alice"))["readSeq"] == 3
    await alice.told()
    await bob.told()
    for up_to in (1, 3, 0, 99):
        await read(bob, "alice", up_to)
    await read(bob, "nobody")
    assert await alice.told() == await bob.told() == []


async def test_what_is_recalled_or_deleted_is_not_unread(world: World) -> None:
    alice, bob = await pair(world)
    sent = [await send(alice, "bob") for _ in range(5)]
    await bob.call("deleteMessages", userID="alice", seqList=[5])
    await alice.call("revokeMessage", userID="bob", msgID=sent[3]["msgID"])
    assert await unread(bob, "alice") == 3
    await read(bob, "alice", 1)
    assert await unread(bob, "alice") == 2


async def test_the_list_begins_with_the_latest_active(core_world: CoreWorld) -> None:
    alice = await login(core_world, "alice")
    others = [await login(core_world, name) for name in ("bob", "carol", "dave")]
    for other in others:
        await core_world.advance(1.0)
        await send(other, "alice")
    assert await listed(alice) == ["dave", "carol", "bob"]
    await core_world.advance(1.0)
    sent = await send(alice, "bob")
    assert await listed(alice) == ["bob", "dave", "carol"]
    assert (await conversation(alice, "bob"))["orderKey"] == sent["timestamp"]
    await alice.call("deleteMessages", userID="bob", seqList=[2])
    await read(alice, "carol")
    assert await listed(alice) == ["bob", "dave", "carol"]
    await pin(alice, "carol")
    assert await listed(alice) == ["carol", "bob", "dave"]


async def test_the_list_comes_in_pages(world: World) -> None:
    alice = await login(world, "alice")
    names = [f"user{number}" for number in range(7)]
    await register(world, *names)
    for name in names:
        await send(alice, name)
    await pin(alice, "user3")
    whole = await listed(alice)
    found, cursor = [], ""
    for expected in (3, 3, 1):
        page = await alice.call("getConversationList", cursor=cursor, count=3)
        assert len(page["conversationList"]) == expected
        found += [one["conversationID"].removeprefix("c2c_") for one in page["conversationList"]]
        cursor = page["nextCursor"]
    assert cursor is None
    assert found == whole
    assert whole[0] == "user3"
    assert sorted(whole) == names


async def test_conversations_without_a_message_are_listed_only_if_pinned_or_muted(
    world: World,
) -> None:
    alice, bob = await pair(world)
    await register(world, "carol", "dave")
    assert await listed(alice) == []
    await pin(alice, "bob")
    await receive(alice, 2, "carol")
    await receive(alice, 1, "dave")
    assert sorted(await listed(alice)) == ["bob", "carol", "dave"]
    assert await listed(bob) == []
    await pin(alice, "bob", False)
    await receive(alice, 0, "carol", "dave")
    assert await listed(alice) == []
    await send(alice, "bob")
    await alice.call("deleteMessages", userID="bob", seqList=[1])
    assert await listed(alice) == []
    assert await listed(bob) == ["alice"]


async def test_pinning_is_told_to_own_devices_if_anything_changed(world: World) -> None:
    alice, bob = await pair(world)
    phone = await login(world, "alice")
    await send(bob, "alice")
    for client in (alice, bob, phone):
        await client.told()
    for is_pinned in (True, False):
        await pin(alice, "bob", is_pinned)
        await pin(alice, "bob", is_pinned)
        for own in (alice, phone):
            (now,) = changed_conversations(await own.told())
            assert now.get("isPinned", False) is is_pinned
            assert now["lastMessage"]["seq"] == 1
    assert await bob.told() == []


async def test_50_conversations_can_be_pinned(world: World) -> None:
    alice = await login(world, "alice")
    names = [f"user{number}" for number in range(51)]
    await register(world, *names)
    for name in names[:50]:
        await pin(alice, name)
    await pin(alice, "user0")
    assert await code(pin(alice, "user50")) == 51012
    await pin(alice, "user0", False)
    await pin(alice, "user50")


async def test_who_is_no_account_or_oneself_can_be_neither_pinned_nor_muted(world: World) -> None:
    alice, _ = await pair(world)
    for peer in ("nobody", "alice"):
        assert await code(pin(alice, peer)) == 20003
        assert await code(receive(alice, 2, peer)) == 20003
    await receive(alice, 2, "nobody", "bob", "alice")
    assert await listed(alice) == ["bob"]


async def test_receive_options_are_told_and_kept(world: World) -> None:
    alice, bob = await pair(world)
    phone = await login(world, "alice")
    await alice.told()
    await receive(alice, 2, "bob")
    await receive(alice, 2, "bob")
    for own in (alice, phone):
        (now,) = changed_conversations(await own.told())
        assert now["recvOpt"] == 2
    sent = await send(bob, "alice")
    assert new_messages(await alice.told()) == [sent]
    await world.restart()
    alice = await login(world, "alice")
    assert (await conversation(alice, "bob"))["recvOpt"] == 2


async def test_what_is_not_received_is_kept_and_not_pushed_to_the_receiver(world: World) -> None:
    alice, bob = await pair(world)
    tablet = await login(world, "bob")
    await receive(alice, 1, "bob")
    for client in (alice, bob):
        await client.told()
    sent = await send(bob, "alice")
    await send(bob, "alice", onlineUserOnly=True)
    assert await alice.told() == []
    assert len(new_messages(await tablet.told())) == 2
    assert await history(alice, "bob") == [sent]
    assert await unread(alice, "bob") == 1
    await bob.call("revokeMessage", userID="alice", msgID=sent["msgID"])
    assert len(changed_messages(await alice.told())) == 1


@pytest.mark.parametrize(
    ("method", "field", "value"),
    [
        ("getConversationList", "count", 0),
        ("getConversationList", "count", 101),
        ("getConversationList", "cursor", "nonsense"),
        ("pinConversation", "conversationID", "bob"),
        ("pinConversation", "conversationID", "c2c_a b"),
        ("deleteConversation", "conversationID", "group_x"),
        ("cleanConversationUnreadMessageCount", "conversationID", ""),
        ("cleanConversationUnreadMessageCount", "cleanSequence", -1),
        ("setC2CReceiveMessageOpt", "userIDList", []),
        ("setC2CReceiveMessageOpt", "userIDList", [f"u{number}" for number in range(31)]),
        ("setC2CReceiveMessageOpt", "opt", 3),
    ],
)
async def test_parameters_out_of_bounds_are_refused_naming_them(
    world: World, method: str, field: str, value: object
) -> None:
    alice, _ = await pair(world)
    good = {"conversationID": "c2c_bob", "isPinned": True, "userIDList": ["bob"], "opt": 1}
    refused = await refusal(alice.call(method, **(good | {field: value})))
    assert (refused.code, refused.data["field"]) == (6017, field)


async def test_a_deleted_conversation_is_read_unpinned_and_in_no_list_until_the_next_message(
    world: World,
) -> None:
    alice, bob = await pair(world)
    phone = await login(world, "alice")
    for text in ("one", "two", "three"):
        await send(bob, "alice", text)
    await alice.call("deleteMessages", userID="bob", seqList=[2])
    await pin(alice, "bob")
    for client in (alice, bob, phone):
        await client.told()
    assert await alice.call("deleteConversation", conversationID="c2c_bob") == {}
    for own in (alice, phone):
        told = await own.told()
        assert changed_messages(told) == []
        (now,) = changed_conversations(told)
        assert (now["version"], now["ownVersion"], now["clearedSeq"]) == (3, 3, 3)
        assert {"lastMessage", "unreadCount", "isPinned"} & now.keys() == set()
        assert now["readSeq"] == 3
    assert [one["readSeq"] for one in receipts(await bob.told())] == [3]
    assert await listed(alice) == []
    assert await history(alice, "bob") == []
    gone = await changed(alice, "bob", sinceOwnVersion=0)
    assert (gone["messageList"], gone["clearedSeq"]) == ([], 3)
    assert (gone["nextVersion"], gone["nextOwnVersion"]) == (3, 3)
    assert texts(await history(bob, "alice")) == ["three", "two", "one"]
    await alice.call("deleteConversation", conversationID="c2c_bob")
    await alice.call("deleteConversation", conversationID="c2c_nobody")
    assert await alice.told() == []
    await world.restart()
    alice, bob = await pair(world)
    assert await listed(alice) == []
    sent = await send(bob, "alice", "four")
    assert (sent["seq"], sent["version"]) == (4, 4)
    assert texts(await history(alice, "bob")) == ["four"]
    assert await unread(alice, "bob") == 1


async def test_a_muted_conversation_that_is_deleted_stays_muted_and_listed(world: World) -> None:
    alice, bob = await pair(world)
    await send(bob, "alice")
    await receive(alice, 2, "bob")
    await alice.call("deleteConversation", conversationID="c2c_bob")
    left = await conversation(alice, "bob")
    assert (left["recvOpt"], left["readSeq"], "lastMessage" in left) == (2, 1, False)


async def test_pins_reads_and_the_order_outlive_a_restart(world: World) -> None:
    alice, bob = await pair(world)
    carol = await login(world, "carol")
    for other in (bob, carol):
        await send(other, "alice")
        await send(other, "alice")
    await read(alice, "bob", 1)
    await pin(alice, "bob")
    before = await conversations(alice)
    peer_before = await conversations(bob)
    await world.restart()
    alice, bob = await pair(world)
    assert await conversations(alice) == before
    assert await conversations(bob) == peer_before
    assert peer_before[0]["peerReadSeq"] == 1
