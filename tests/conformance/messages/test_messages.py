"""Messages: sending, reading, changes, recalling and deleting."""

import base64
import json

import pytest

from ..worlds.chatting import (
    DELETED,
    REVOKED,
    changed,
    changed_conversations,
    changed_messages,
    conversation,
    conversations,
    history,
    new_messages,
    pair,
    receipts,
    send,
    texts,
    unread,
)
from ..worlds.core_world import CoreWorld
from ..worlds.raw_client import JSON
from ..worlds.world import Client, World, code, login, refusal, register

IMAGE = base64.b64encode(b"\x00\xff payload").decode()


async def test_a_message_is_answered_as_it_is_and_told_to_all_devices_but_the_sending_one(
    world: World,
) -> None:
    alice, bob = await pair(world)
    tablet, phone = await login(world, "alice"), await login(world, "bob")
    passive = await login(world, "bob", passive=True)
    await alice.told()
    await bob.told()
    sent = await send(alice, "bob", "hello", msgID="one", cloudCustomData='{"a": 1}')
    assert sent == {
        **{"msgID": "one", "sender": "alice", "receiver": "bob", "text": "hello"},
        **{"seq": 1, "version": 1, "timestamp": sent["timestamp"], "cloudCustomData": '{"a": 1}'},
    }
    assert abs(sent["timestamp"] - world.unix_ms()) < 60_000
    assert await alice.told() == []
    for other in (tablet, bob, phone, passive):
        assert new_messages(await other.told()) == [sent]


async def test_a_passive_login_may_send(world: World) -> None:
    _, bob = await pair(world)
    passive = await login(world, "alice", passive=True)
    sent = await send(passive, "bob")
    assert new_messages(await bob.told()) == [sent]


async def test_strangers_who_are_not_connected_find_it_later(world: World) -> None:
    await register(world, "bob")
    alice = await login(world, "alice")
    sent = [await send(alice, "bob", text) for text in ("one", "two")]
    bob = await login(world, "bob")
    found = await conversation(bob, "alice")
    assert (found["unreadCount"], found["lastMessage"]) == (2, sent[1])
    assert await history(bob, "alice") == sent[::-1]
    assert (await changed(bob, "alice"))["messageList"] == sent


async def test_both_sides_number_their_messages_together_from_1_without_a_gap(
    world: World,
) -> None:
    alice, bob = await pair(world)
    numbers = []
    for number in range(6):
        sent = await send(*((alice, "bob") if number % 3 else (bob, "alice")))
        numbers.append((sent["seq"], sent["version"]))
    assert numbers == [(number, number) for number in range(1, 7)]
    carol = await login(world, "carol")
    assert (await send(carol, "bob"))["seq"] == 1


async def test_a_custom_message_has_data(world: World) -> None:
    alice, bob = await pair(world)
    wish = {"userID": "bob", "msgID": "c", "elemType": 2, "data": IMAGE}
    sent: JSON = (await alice.call("sendMessage", **wish))["message"]
    assert (sent["elemType"], sent["data"], "text" in sent) == (2, IMAGE, False)
    assert new_messages(await bob.told()) == [sent]
    assert await history(bob, "alice") == [sent]


@pytest.mark.parametrize(
    ("field", "wish"),
    [
        ("userID", {"userID": "a b"}),
        ("userID", {"userID": None}),
        ("msgID", {"msgID": ""}),
        ("msgID", {"msgID": "x" * 65}),
        ("msgID", {"msgID": "ü"}),
        ("text", {"text": ""}),
        ("text", {"text": "a\x00"}),
        ("text", {"data": IMAGE}),
        ("data", {"elemType": 2}),
        ("data", {"elemType": 2, "text": "", "data": "no base64!"}),
        ("elemType", {"elemType": 3}),
        ("cloudCustomData", {"cloudCustomData": 7}),
    ],
)
async def test_what_is_no_message_is_refused_with_6017(
    world: World, field: str, wish: JSON
) -> None:
    alice, bob = await pair(world)
    refused = await refusal(
        alice.call("sendMessage", **({"userID": "bob", "msgID": "m", "text": "hello"} | wish))
    )
    assert (refused.code, refused.data["field"]) == (6017, field)
    assert await bob.told() == []


async def test_who_cannot_be_written_to_and_what_is_too_large(world: World) -> None:
    alice, bob = await pair(world)
    assert await code(send(alice, "alice")) == 6032
    assert await code(send(alice, "nobody")) == 20003
    fits = {"text": "ü" * 6000, "cloudCustomData": "x" * 288}
    assert len(texts([await send(alice, "bob", **fits)])[0]) == 6000
    too_large = fits | {"cloudCustomData": "x" * 289}
    assert await code(send(alice, "bob", **too_large)) == 8001
    assert (await send(alice, "bob"))["seq"] == 2
    assert len(new_messages(await bob.told())) == 2


async def test_the_same_msg_id_makes_no_second_message_and_is_not_told_again(
    world: World,
) -> None:
    alice, bob = await pair(world)
    sent = await send(alice, "bob", "first", msgID="m")
    await send(bob, "alice", "another sender may use it", msgID="m")
    assert await send(alice, "bob", "second", msgID="m") == sent
    await world.advance(10 * 86_400.0)
    alice = await login(world, "alice")
    assert await send(alice, "bob", "third", msgID="m") == sent
    await world.restart()
    alice, bob = await pair(world)
    assert await send(alice, "bob", "fourth", msgID="m") == sent
    assert texts(await history(bob, "alice")) == ["another sender may use it", "first"]
    assert new_messages(await bob.told()) == []


async def test_the_same_msg_id_to_somebody_else_is_refused_naming_it(world: World) -> None:
    alice, _ = await pair(world)
    await login(world, "carol")
    await send(alice, "bob", msgID="m")
    refused = await refusal(send(alice, "carol", msgID="m"))
    assert (refused.code, refused.data["field"]) == (6017, "msgID")
    assert await conversations(await login(world, "carol")) == []


async def test_timestamps_do_not_go_back_with_the_wall_clock(
    core_world: CoreWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await pair(core_world)
    first = await send(alice, "bob")
    monkeypatch.setattr("tests.conformance.worlds.core_world.WALL_START", 1_000_000_000_000)
    second = await send(bob, "alice")
    assert second["timestamp"] == first["timestamp"]
    await core_world.restart()
    alice, _ = await pair(core_world)
    assert (await send(alice, "bob"))["timestamp"] == first["timestamp"]


async def test_an_online_only_message_is_told_and_kept_nowhere(world: World) -> None:
    alice, bob = await pair(world)
    tablet = await login(world, "alice")
    await alice.told()
    kept = await send(alice, "bob")
    await bob.told()
    await tablet.told()
    for _ in range(2):
        sent = await send(alice, "bob", msgID=kept["msgID"], onlineUserOnly=True)
        assert (sent.get("seq", 0), sent.get("version", 0)) == (0, 0)
        assert sent["onlineUserOnly"] is True
        assert sent["timestamp"] >= kept["timestamp"]
        assert new_messages(await bob.told()) == [sent]
        assert new_messages(await tablet.told()) == [sent]
    assert await alice.told() == []
    assert await history(bob, "alice") == [kept]
    assert await unread(bob, "alice") == 1


async def test_an_online_only_message_makes_no_conversation(world: World) -> None:
    alice, bob = await pair(world)
    await send(alice, "bob", onlineUserOnly=True)
    assert await conversations(alice) == await conversations(bob) == []


async def test_history_is_paged_from_the_newest_back(world: World) -> None:
    alice, bob = await pair(world)
    for number in range(1, 26):
        await send(alice, "bob", str(number))
    page = await bob.call("getC2CHistoryMessageList", userID="alice")
    assert texts(page["messageList"]) == [str(number) for number in range(25, 5, -1)]
    assert page["isFinished"] is False
    last = page["messageList"][-1]["seq"]
    page = await bob.call("getC2CHistoryMessageList", userID="alice", beforeSeq=last)
    assert texts(page["messageList"]) == ["5", "4", "3", "2", "1"]
    assert page["isFinished"] is True
    page = await bob.call("getC2CHistoryMessageList", userID="alice", beforeSeq=6, count=5)
    assert (len(page["messageList"]), page["isFinished"]) == (5, True)
    assert await history(bob, "alice", beforeSeq=1) == []
    assert len(await history(bob, "alice", beforeSeq=None, count=100)) == 25
    assert len(await history(bob, "alice", beforeSeq=2**53, count=100)) == 25


@pytest.mark.parametrize("method", ["getC2CHistoryMessageList", "getChangedMessages"])
async def test_of_an_unknown_account_or_without_messages_there_is_nothing(
    world: World, method: str
) -> None:
    alice, _ = await pair(world)
    for user_id in ("nobody", "bob", "alice"):
        answer = await alice.call(method, userID=user_id)
        names = ["clearedSeq", "nextVersion", "nextOwnVersion"]
        if method == "getC2CHistoryMessageList":
            names = ["nextBeforeSeq"]
        assert answer == {"messageList": [], "isFinished": True} | dict.fromkeys(names, 0)


@pytest.mark.parametrize(
    ("method", "field", "value"),
    [
        ("getC2CHistoryMessageList", "count", 0),
        ("getC2CHistoryMessageList", "count", 101),
        ("getC2CHistoryMessageList", "userID", ""),
        ("getC2CHistoryMessageList", "beforeSeq", -1),
        ("getChangedMessages", "count", 0),
        ("getChangedMessages", "count", 101),
        ("getChangedMessages", "userID", "a b"),
        ("getChangedMessages", "sinceVersion", -1),
        ("revokeMessage", "msgID", ""),
        ("revokeMessage", "userID", "a b"),
        ("deleteMessages", "seqList", []),
        ("deleteMessages", "seqList", list(range(1, 52))),
        ("deleteMessages", "seqList", ["1"]),
        ("deleteMessages", "userID", "a b"),
    ],
)
async def test_parameters_out_of_bounds_are_refused_naming_them(
    world: World, method: str, field: str, value: object
) -> None:
    alice, _ = await pair(world)
    good = {"userID": "bob", "msgID": "m", "seqList": [1]}
    refused = await refusal(alice.call(method, **(good | {field: value})))
    assert (refused.code, refused.data["field"]) == (6017, field)


@pytest.mark.parametrize("size", [2_000, 12_000])
async def test_pages_have_64_kib_at_most_or_one_message(world: World, size: int) -> None:
    alice, bob = await pair(world)
    # Each of these characters takes six in JSON.
    for _ in range(30):
        await send(alice, "bob", "\x01" * size)
    seen: list[int] = []
    page: JSON = {"isFinished": False}
    while not page["isFinished"]:
        page = await changed(bob, "alice", since=seen[-1] if seen else 0)
        check_size(page)
        seen += [message["version"] for message in page["messageList"]]
    assert seen == list(range(1, 31))
    page, seen = {"nextBeforeSeq": None, "isFinished": False}, []
    while not page["isFinished"]:
        page = await bob.call(
            "getC2CHistoryMessageList",
            userID="alice",
            count=100,
            beforeSeq=page["nextBeforeSeq"],
        )
        check_size(page)
        seen += [message["seq"] for message in page["messageList"]]
    assert seen == list(range(30, 0, -1))


def check_size(page: JSON) -> None:
    messages = page["messageList"]
    size = len(json.dumps(messages))
    assert len(messages) == 1 or size < 65 * 1024
    assert page["isFinished"] or len(messages) == 1 or size > 50 * 1024


async def test_what_changed_comes_in_the_order_of_its_last_change_deleted_ones_among_it(
    world: World,
) -> None:
    alice, bob = await pair(world)
    for text in "abcd":
        await send(alice, "bob", text, msgID=text)
    await alice.call("revokeMessage", userID="bob", msgID="b")
    await bob.call("deleteMessages", userID="alice", seqList=[1])
    answer = await changed(bob, "alice")
    assert answer["isFinished"] is True
    assert [
        (one["seq"], one["version"], one.get("status", 2), one.get("text", ""))
        for one in answer["messageList"]
    ] == [(1, 1, DELETED, ""), (3, 3, 2, "c"), (4, 4, 2, "d"), (2, 5, REVOKED, "")]
    assert (answer["nextVersion"], answer["nextOwnVersion"]) == (5, 0)
    assert (await changed(alice, "bob", since=5))["messageList"] == []
    assert (await changed(bob, "alice", since=5))["messageList"] == []
    own = await changed(bob, "alice", since=5, sinceOwnVersion=0)
    assert [(one["seq"], one["status"], one["ownVersion"]) for one in own["messageList"]] == [
        (1, DELETED, 1)
    ]
    assert (await changed(bob, "alice", since=5, sinceOwnVersion=1))["messageList"] == []
    page = await changed(bob, "alice", since=1, count=2)
    assert [one["version"] for one in page["messageList"]] == [3, 4]
    assert (page["isFinished"], page["nextVersion"]) == (False, 4)
    page = await changed(bob, "alice", since=1, sinceOwnVersion=0, count=3)
    assert [one["version"] for one in page["messageList"]] == [3, 4, 5]
    assert (page["isFinished"], page["nextVersion"], page["nextOwnVersion"]) == (False, 5, 0)
    page = await changed(bob, "alice", since=5, sinceOwnVersion=0, count=3)
    assert (page["isFinished"], page["nextVersion"], page["nextOwnVersion"]) == (True, 5, 1)


async def test_a_recalled_message_is_erased_for_both_and_told_to_all(
    world: World,
) -> None:
    alice, bob = await pair(world)
    tablet = await login(world, "alice")
    await send(alice, "bob", "kept")
    sent = await send(alice, "bob", "oops", cloudCustomData="{}")
    for one in (alice, tablet, bob):
        await one.told()
    assert await unread(bob, "alice") == 2
    assert await alice.call("revokeMessage", userID="bob", msgID=sent["msgID"]) == {}
    bare = {"msgID": sent["msgID"], "sender": "alice", "receiver": "bob"}
    recalled = bare | {
        **{"timestamp": sent["timestamp"], "seq": 2, "version": 3, "status": REVOKED}
    }
    for one in (alice, tablet, bob):
        told = await one.told()
        assert changed_messages(told) == [recalled]
        assert changed_conversations(told) == receipts(told) == []
    assert await unread(bob, "alice") == 1
    assert (await history(bob, "alice"))[0] == recalled
    assert (await conversation(bob, "alice"))["lastMessage"] == recalled
    assert (await send(alice, "bob", "again", msgID=sent["msgID"])) == recalled


async def test_recalling_one_that_was_read_leaves_the_count(world: World) -> None:
    alice, bob = await pair(world)
    sent = await send(alice, "bob")
    await bob.call("cleanConversationUnreadMessageCount", conversationID="c2c_alice")
    await send(alice, "bob")
    await alice.call("revokeMessage", userID="bob", msgID=sent["msgID"])
    assert await unread(bob, "alice") == 1


async def test_only_ones_own_message_of_this_conversation_is_recalled_and_only_once(
    world: World,
) -> None:
    alice, bob = await pair(world)
    await login(world, "carol")
    sent = await send(alice, "bob")
    await bob.told()
    revoke = {"userID": "bob", "msgID": sent["msgID"]}
    assert await code(alice.call("revokeMessage", userID="bob", msgID="other")) == 20022
    assert await code(alice.call("revokeMessage", **(revoke | {"userID": "carol"}))) == 20022
    assert await code(alice.call("revokeMessage", **(revoke | {"userID": "nobody"}))) == 20022
    assert await code(bob.call("revokeMessage", **(revoke | {"userID": "alice"}))) == 20022
    assert await bob.told() == []
    await alice.call("revokeMessage", **revoke)
    assert await code(alice.call("revokeMessage", **revoke)) == 20023
    await world.advance(300.0)
    assert await code(alice.call("revokeMessage", **revoke)) == 20023


async def test_a_message_can_be_recalled_for_120_seconds_and_not_longer(
    core_world: CoreWorld,
) -> None:
    alice, bob = await pair(core_world)
    in_time, too_late = await send(alice, "bob"), await send(alice, "bob")
    await bob.told()
    await core_world.advance(120.0)
    assert await alice.call("revokeMessage", userID="bob", msgID=in_time["msgID"]) == {}
    await core_world.advance(0.001)
    assert await code(alice.call("revokeMessage", userID="bob", msgID=too_late["msgID"])) == 20016
    assert len(changed_messages(await bob.told())) == 1


async def test_a_deleted_message_is_gone_on_ones_own_devices_and_the_other_keeps_it(
    world: World,
) -> None:
    alice, bob = await pair(world)
    phone = await login(world, "bob")
    for text in ("one", "two", "three"):
        await send(alice, "bob", text)
    active = (await conversation(bob, "alice"))["orderKey"]
    for client in (alice, bob, phone):
        await client.told()
    assert await bob.call("deleteMessages", userID="alice", seqList=[3, 1, 3, 99, 0]) == {}
    for own in (bob, phone):
        told = await own.told()
        gone = changed_messages(told)
        assert [(one["seq"], one["version"], one["ownVersion"], one["status"]) for one in gone] == [
            (1, 1, 1, DELETED),
            (3, 3, 2, DELETED),
        ]
        assert not any("text" in one for one in gone)
        (now,) = changed_conversations(told)
        assert (now["version"], now["ownVersion"]) == (3, 2)
        assert (now["unreadCount"], now["orderKey"]) == (1, active)
        assert now["lastMessage"]["text"] == "two"
    assert await alice.told() == []
    assert texts(await history(bob, "alice")) == ["two"]
    assert texts(await history(alice, "bob")) == ["three", "two", "one"]
    assert await conversation(bob, "alice") == now


async def test_what_is_not_there_or_deleted_already_is_passed_over(world: World) -> None:
    alice, bob = await pair(world)
    assert await bob.call("deleteMessages", userID="nobody", seqList=[1]) == {}
    await send(alice, "bob")
    await bob.call("deleteMessages", userID="alice", seqList=[1])
    await bob.told()
    assert await bob.call("deleteMessages", userID="alice", seqList=[1, 2, 2**70, -1]) == {}
    assert await bob.told() == []
    assert await conversations(bob) == []
    assert (await conversation(alice, "bob"))["version"] == 1


async def test_a_message_that_is_recalled_and_deleted_is_deleted_for_who_deleted_it(
    world: World,
) -> None:
    alice, bob = await pair(world)
    early, late = await send(alice, "bob"), await send(alice, "bob")
    await bob.call("deleteMessages", userID="alice", seqList=[1])
    await bob.told()
    await alice.told()
    await alice.call("revokeMessage", userID="bob", msgID=early["msgID"])
    (to_alice,), (to_bob,) = (
        changed_messages(await alice.told()),
        changed_messages(await bob.told()),
    )
    assert (to_alice["status"], to_bob["status"]) == (REVOKED, DELETED)
    assert await unread(bob, "alice") == 1
    await alice.call("revokeMessage", userID="bob", msgID=late["msgID"])
    await bob.call("deleteMessages", userID="alice", seqList=[2])
    assert [one["status"] for one in (await changed(bob, "alice"))["messageList"]] == [4, 4]
    assert [one["status"] for one in (await changed(alice, "bob"))["messageList"]] == [6, 6]
    assert await history(bob, "alice") == []


async def test_who_was_kicked_or_logged_out_gets_no_messages(world: World) -> None:
    alice, bob = await pair(world)
    await bob.call("logout")
    await bob.told()
    await send(alice, "bob")
    assert await bob.told() == []
    assert await code(send(bob, "alice")) == 6014


@pytest.mark.parametrize("who", ["alice", "bob"])
async def test_messages_outlive_a_restart(world: World, who: str) -> None:
    alice, bob = await pair(world)
    clients: dict[str, tuple[Client, str]] = {"alice": (alice, "bob"), "bob": (bob, "alice")}
    sent = [await send(alice, "bob", text) for text in "abcd"]
    await bob.call("cleanConversationUnreadMessageCount", conversationID="c2c_alice")
    await send(alice, "bob", "e")
    await alice.call("revokeMessage", userID="bob", msgID=sent[3]["msgID"])
    await bob.call("deleteMessages", userID="alice", seqList=[5, 1])
    client, peer = clients[who]
    before = (
        await conversations(client),
        await history(client, peer),
        await changed(client, peer),
    )
    await world.restart()
    client = await login(world, who)
    after = (
        await conversations(client),
        await history(client, peer),
        await changed(client, peer),
    )
    assert after == before
    other = await login(world, peer)
    assert (await send(other, who))["seq"] == 6
