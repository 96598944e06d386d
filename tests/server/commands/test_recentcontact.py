"""The list of an account's conversations, as an admin reads and clears it."""

from pathlib import Path
from typing import Any

import pytest

from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.server.commands.test_openim_messages import (
    IMPORT,
    SEND,
    TO_BOB,
    conversation,
    history,
)
from tests.server.commands.test_rest import post
from tests.server.wire import wire

LIST = "v4/recentcontact/get_list"
DELETE = "v4/recentcontact/delete"
ACCOUNTS = "v4/im_open_login_svc/multiaccount_import"

START = 1_500_000_000
FIRST = {"TimeStamp": 0, "StartIndex": 0, "TopTimeStamp": 0, "TopStartIndex": 0}
OF_BOB = {"From_Account": "bob", **FIRST}
PLACES = tuple(FIRST)


def item(peer: str, time: int, *, is_pinned: bool = False) -> dict[str, Any]:
    return {"Type": 1, "To_Account": peer, "MsgTime": time, "TopFlag": int(is_pinned)}


async def pages(backend: Backend, wish: dict[str, Any]) -> list[list[dict[str, Any]]]:
    found = []
    while True:
        page = await post(backend, LIST, wish)
        assert (page["ErrorCode"], page["ErrorDisplay"]) == (0, "")
        found.append(page["SessionItem"])
        if page["CompleteFlag"]:
            return found
        wish = wish | {place: page[place] for place in PLACES}


async def wrote_to_bob(backend: Backend, peer: str, time: int) -> None:
    wish = TO_BOB | {"From_Account": peer, "MsgTimeStamp": time, "SyncFromOldSystem": 1}
    assert (await post(backend, IMPORT, wish))["ErrorCode"] == 0


async def test_conversations_are_listed_by_their_last_message_pinned_ones_first(
    backend: Backend,
) -> None:
    peers = ["alice", "carol", "dave", "erin"]
    await post(backend, ACCOUNTS, {"Accounts": peers})
    async with wire(backend) as bob:
        await bob.login("bob")
        assert await pages(backend, OF_BOB) == [[]]
        for number, peer in enumerate(peers[:3]):
            await wrote_to_bob(backend, peer, START + number)
        for peer in ("alice", "erin"):
            await bob.call("pinConversation", conversationID=f"c2c_{peer}", isPinned=True)
        alice, carol, dave = (item(peer, START + number) for number, peer in enumerate(peers[:3]))
        pinned, empty = item("alice", START, is_pinned=True), item("erin", 0, is_pinned=True)
        for flags, expected in (
            (0, [dave, carol, pinned]),
            (1, [pinned, dave, carol]),
            (3, [pinned, empty, dave, carol]),
            (7, [pinned, empty, dave, carol]),
            (63, [pinned, empty, dave, carol]),
            (2, [dave, carol, pinned, empty]),
        ):
            assert await pages(backend, OF_BOB | {"AssistFlags": flags}) == [expected]
        assert alice | {"TopFlag": 1} == pinned


@pytest.mark.parametrize("flags", [1, 5, 7])
async def test_a_long_list_comes_in_pages_of_100_each_conversation_once(
    backend: Backend, flags: int
) -> None:
    peers = [f"u{number:03}" for number in range(230)]
    for start in range(0, len(peers), 100):
        await post(backend, ACCOUNTS, {"Accounts": peers[start : start + 100]})
    async with wire(backend) as bob:
        await bob.login("bob")
        # Many of each second: pages end within one.
        for number, peer in enumerate(peers[:60]):
            await wrote_to_bob(backend, peer, START + number // 20)
        await post(
            backend,
            "v4/openim/batchsendmsg",
            TO_BOB | {"From_Account": "bob", "To_Account": peers[60:]},
        )
        for peer in peers[:40]:
            await bob.call("pinConversation", conversationID=f"c2c_{peer}", isPinned=True)
        listed = await pages(backend, OF_BOB | {"AssistFlags": flags})
    assert list(map(len, listed)) == [100, 100, 30]
    told = [one["To_Account"] for page in listed for one in page]
    assert sorted(told) == peers
    assert sorted(told[:40]) == peers[:40]
    times = [one["MsgTime"] for page in listed for one in page][40:]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("clears", [False, True])
async def test_a_deleted_conversation_leaves_the_list_with_its_messages_or_without(
    tmp_path: Path, clears: bool
) -> None:
    config = BackendConfig(tmp_path / "data")
    wish = {"From_Account": "bob", "Type": 1, "To_Account": "alice", "ClearRamble": int(clears)}
    left = 0 if clears else 2
    async with Backend(config) as backend, wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        for random in (1, 2):
            await post(backend, SEND, TO_BOB | {"MsgRandom": random})
        assert (await post(backend, DELETE, wish))["ErrorCode"] == 0
        assert (await post(backend, DELETE, wish))["ErrorCode"] == 0
        (told,) = (await bob.push("onConversationChanged"))["conversationList"]
        assert "lastMessage" not in told and "unreadCount" not in told
        assert (await alice.push("onRecvC2CReadReceipt"))["receiptList"][0]["readSeq"] == 2
        # One less of those that do not count for the list any more: it stays as it is.
        await bob.call("deleteMessages", userID="alice", seqList=[1])
        left = max(left - 1, 0)
    async with Backend(config) as backend, wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        assert await conversation(bob, "alice") == {}
        assert await pages(backend, OF_BOB) == [[]]
        assert len(await history(bob, "alice")) == left
        assert len(await history(alice, "bob")) == 2
        assert (await conversation(alice, "bob"))["lastMessage"]["seq"] == 2
        await alice.call("sendMessage", userID="bob", msgID="m1", text="again")
        assert (await conversation(bob, "alice"))["unreadCount"] == 1
        assert len(await history(bob, "alice")) == left + 1


async def test_what_left_the_list_can_still_be_cleared(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await post(backend, SEND, TO_BOB | {"SendMsgControl": ["NoLastMsg"]})
        wish = {"From_Account": "bob", "To_Account": "alice"}
        await post(backend, DELETE, wish | {"ClearRamble": 0})
        assert len(await history(bob, "alice")) == 1
        await post(backend, DELETE, wish | {"ClearRamble": 1})
        assert await history(bob, "alice") == []
        assert len(await history(alice, "bob")) == 1


@pytest.mark.parametrize(
    ("command", "wish", "code"),
    [
        (LIST, {}, 50002),
        (LIST, {"From_Account": "nobody", **FIRST}, 50001),
        (LIST, OF_BOB | {"TimeStamp": -1}, 50002),
        (LIST, OF_BOB | {"AssistFlags": "7"}, 50002),
        (DELETE, {"From_Account": "nobody", "Type": 1, "To_Account": "bob"}, 50001),
        (DELETE, {"From_Account": "bob", "Type": 1}, 50002),
        (DELETE, {"From_Account": "bob", "Type": 2, "ToGroupid": "g"}, 50002),
        (DELETE, {"From_Account": "bob", "Type": 2, "To_Account": "alice"}, 50002),
        (DELETE, {"From_Account": "bob", "Type": 1, "To_Account": "no user"}, 50002),
        (DELETE, {"From_Account": "bob", "Type": 1, "To_Account": "stranger"}, 0),
    ],
)
async def test_what_is_wrong_has_its_code_and_is_displayed(
    backend: Backend, command: str, wish: dict[str, Any], code: int
) -> None:
    async with wire(backend) as bob:
        await bob.login("bob")
        answer = await post(backend, command, wish)
        assert answer["ErrorCode"] == code
        assert answer["ErrorDisplay"] == answer["ErrorInfo"]
        assert bool(answer["ErrorInfo"]) is bool(code)
