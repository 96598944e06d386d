"""What two wrote to each other, as an admin reads, recalls and marks it."""

from typing import Any

import pytest

from imtui.server.node.backend import Backend
from tests.server.commands.test_openim_messages import (
    IMPORT,
    SEND,
    TEXT,
    TO_BOB,
    conversation,
    history,
)
from tests.server.commands.test_rest import post
from tests.server.wire import Wire, wire

ROAM = "v4/openim/admin_getroammsg"
WITHDRAW = "v4/openim/admin_msgwithdraw"
READ = "v4/openim/admin_set_msg_read"
UNREAD = "v4/openim/get_c2c_unread_msg_num"

EVER = {"MinTime": 0, "MaxTime": 2**33}
OF_BOB = {"Operator_Account": "bob", "Peer_Account": "alice", "MaxCnt": 100, **EVER}
START = 1_500_000_000


def text(words: str) -> list[dict[str, Any]]:
    return [{"MsgType": "TIMTextElem", "MsgContent": {"Text": words}}]


async def import_texts(backend: Backend, *times: int, size: int = 1) -> None:
    """Import messages of alice to bob: each says its time, as seconds after the start."""
    for time in times:
        imported = await post(
            backend,
            IMPORT,
            TO_BOB
            | {
                "MsgBody": text(str(time) + "." * (size - 1)),
                "MsgTimeStamp": START + time,
                "SyncFromOldSystem": 1,
            },
        )
        assert imported["ErrorCode"] == 0


async def pages(backend: Backend, wish: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Return all pages of the history, asked for as the field's clients do."""
    found = []
    while True:
        page = await post(backend, ROAM, wish)
        assert page["ErrorCode"] == 0
        assert page["MsgCnt"] == len(page["MsgList"])
        found.append(page["MsgList"])
        if page["Complete"]:
            return found
        oldest = page["MsgList"][0]
        assert page["LastMsgTime"] == oldest["MsgTimeStamp"]
        assert page["LastMsgKey"] == oldest["MsgKey"]
        wish = wish | {"MaxTime": page["LastMsgTime"], "LastMsgKey": page["LastMsgKey"]}


def said(page: list[dict[str, Any]]) -> list[str]:
    return [message["MsgBody"][0]["MsgContent"]["Text"].rstrip(".") for message in page]


async def both(backend: Backend, alice: Wire, bob: Wire) -> None:
    await alice.login("alice")
    await bob.login("bob")


async def test_the_history_of_two_is_told_as_one_of_them_sees_it(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await both(backend, alice, bob)
        empty = await post(backend, ROAM, OF_BOB)
        assert (empty["Complete"], empty["MsgCnt"], empty["MsgList"]) == (1, 0, [])
        assert (empty["LastMsgTime"], empty["LastMsgKey"]) == (0, "")
        sent = await post(backend, SEND, TO_BOB | {"CloudCustomData": "c", "MsgSeq": 5})
        await bob.call("sendMessage", userID="alice", msgID="m1", text="an answer")
        await bob.call("cleanConversationUnreadMessageCount", conversationID="c2c_alice")
        await post(backend, SEND, TO_BOB | {"MsgRandom": 8, "SyncOtherMachine": 2})
        (page,) = await pages(backend, OF_BOB)
        first, second, third = page
        assert first == {
            "From_Account": "alice",
            "To_Account": "bob",
            "MsgSeq": 5,
            "MsgRandom": 7,
            "MsgTimeStamp": sent["MsgTime"],
            "MsgFlagBits": 0,
            "IsPeerRead": 1,
            "MsgKey": sent["MsgKey"],
            "MsgBody": [TEXT],
            "CloudCustomData": "c",
        }
        assert (second["From_Account"], second["To_Account"]) == ("bob", "alice")
        assert (second["MsgSeq"], second["IsPeerRead"], third["IsPeerRead"]) == (2, 0, 0)
        # The names of before; what only bob was to have is not there for alice.
        before = {"From_Account": "alice", "To_Account": "bob", "MaxCnt": 100, **EVER}
        assert await pages(backend, before) == [[first, second]]
        await bob.call("deleteMessages", userID="alice", seqList=[2])
        assert await pages(backend, OF_BOB) == [[first, third]]


async def test_the_history_comes_in_pages_each_older_than_the_one_before(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await both(backend, alice, bob)
        # Not in the order in which they were written, and two of the same second.
        await import_texts(backend, 30, 10, 20, 50, 40)
        second = TO_BOB | {"MsgBody": text("30 too"), "MsgRandom": 8, "SyncFromOldSystem": 1}
        await post(backend, IMPORT, second | {"MsgTimeStamp": START + 30})
        by_two = await pages(backend, OF_BOB | {"MaxCnt": 2})
        assert list(map(said, by_two)) == [["40", "50"], ["30", "30 too"], ["10", "20"]]
        some = OF_BOB | {"MinTime": START + 20, "MaxTime": START + 40, "MaxCnt": 3}
        assert list(map(said, await pages(backend, some))) == [["30", "30 too", "40"], ["20"]]
        none = OF_BOB | {"MinTime": START + 60}
        assert await pages(backend, none) == [[]]


async def test_a_page_has_at_most_about_13_kb_and_at_least_one_message(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await both(backend, alice, bob)
        await import_texts(backend, 1, 2, 3, size=12_000)
        await import_texts(backend, 4, 5, size=5_000)
        assert list(map(said, await pages(backend, OF_BOB))) == [["4", "5"], ["3"], ["2"], ["1"]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Operator_Account": "nobody"}, 90008),
        ({"Operator_Account": ""}, 90008),
        ({"Operator_Account": 1}, 90008),
        ({"Peer_Account": "nobody"}, 90003),
        ({"Peer_Account": ""}, 90003),
        ({"Peer_Account": "bob"}, 90003),
        ({"MaxCnt": 0}, 90001),
        ({"MinTime": -1}, 90001),
        ({"MaxTime": "1"}, 90001),
        ({"MaxTime": 2**62}, 90001),
        ({"LastMsgKey": "x"}, 90054),
        ({"LastMsgKey": "1_2_3"}, 90054),
    ],
)
async def test_what_is_wrong_with_a_question_for_the_history_has_its_code(
    backend: Backend, change: dict[str, Any], code: int
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await both(backend, alice, bob)
        assert (await post(backend, ROAM, OF_BOB | change))["ErrorCode"] == code


async def test_a_message_is_recalled_for_both_however_old_it_is(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await both(backend, alice, bob)
        await import_texts(backend, 1)
        await alice.call("sendMessage", userID="bob", msgID="m1", text="by alice herself")
        ((old, own),) = await pages(backend, OF_BOB)
        for message in (old, own):
            wish = {"From_Account": "alice", "To_Account": "bob", "MsgKey": message["MsgKey"]}
            turned = wish | {"From_Account": "bob", "To_Account": "alice"}
            assert (await post(backend, WITHDRAW, turned))["ErrorCode"] == 20022
            assert (await post(backend, WITHDRAW, wish))["ErrorCode"] == 0
            for client in (alice, bob):
                (gone,) = (await client.push("onMessagesChanged"))["messageList"]
                assert (gone["status"], gone.get("text", "")) == (6, "")
            assert (await post(backend, WITHDRAW, wish))["ErrorCode"] == 20023
        assert (await conversation(bob, "alice"))["conversationID"] == "c2c_alice"
        ((first, second),) = await pages(backend, OF_BOB)
        for before, after in ((old, first), (own, second)):
            assert after == before | {"MsgFlagBits": 8, "MsgBody": []}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"From_Account": "nobody"}, 90008),
        ({"To_Account": "nobody"}, 90003),
        ({"MsgKey": "1_2"}, 90054),
        ({"MsgKey": "1_2_3"}, 20022),
        ({"MsgKey": 1}, 90001),
    ],
)
async def test_what_is_wrong_with_a_recall_has_its_code(
    backend: Backend, change: dict[str, Any], code: int
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await both(backend, alice, bob)
        wish = {"From_Account": "alice", "To_Account": "bob", "MsgKey": "1_2_3", **change}
        assert (await post(backend, WITHDRAW, wish))["ErrorCode"] == code


@pytest.mark.parametrize("as_text", [False, True])
async def test_messages_are_read_up_to_a_time_and_their_sender_is_told(
    backend: Backend, as_text: bool
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await both(backend, alice, bob)
        await import_texts(backend, 1, 2, 3, 4)
        wish: dict[str, Any] = {"Report_Account": "bob", "Peer_Account": "alice"}
        for time, read, left in ((START, 0, 4), (START + 2, 2, 2), (START + 1, 2, 2), (None, 4, 0)):
            when = {} if time is None else {"MsgReadTime": str(time) if as_text else time}
            assert (await post(backend, READ, wish | when))["ErrorCode"] == 0
            shown = await conversation(bob, "alice")
            assert (shown.get("readSeq", 0), shown.get("unreadCount", 0)) == (read, left)
        (receipt,) = (await alice.push("onRecvC2CReadReceipt"))["receiptList"]
        assert (receipt["userID"], receipt["readSeq"]) == ("bob", 2)
        (receipt,) = (await alice.push("onRecvC2CReadReceipt"))["receiptList"]
        assert receipt["readSeq"] == 4
        told = await bob.push("onConversationChanged")
        assert told["conversationList"][0]["unreadCount"] == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Report_Account": "nobody"}, 90008),
        ({"Report_Account": None}, 90008),
        ({"Peer_Account": "nobody"}, 90003),
        ({"MsgReadTime": "now"}, 90001),
        ({"MsgReadTime": -1}, 90001),
    ],
)
async def test_what_is_wrong_with_a_read_report_has_its_code(
    backend: Backend, change: dict[str, Any], code: int
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await both(backend, alice, bob)
        wish = {"Report_Account": "bob", "Peer_Account": "alice", **change}
        assert (await post(backend, READ, wish))["ErrorCode"] == code


async def test_unread_messages_are_counted_in_all_and_of_each(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob, wire(backend) as carol:
        await both(backend, alice, bob)
        await carol.login("carol")
        await import_texts(backend, 1, 2)
        await carol.call("sendMessage", userID="bob", msgID="m1", text="hello")
        counted = await post(backend, UNREAD, {"To_Account": "bob"})
        assert counted["AllC2CUnreadMsgNum"] == 3
        assert "C2CUnreadMsgNumList" not in counted
        none = await post(backend, UNREAD, {"To_Account": "alice", "Peer_Account": []})
        assert none["AllC2CUnreadMsgNum"] == 0
        wish = {"To_Account": "bob", "Peer_Account": ["alice", "nobody", "carol", "bob"]}
        each = await post(backend, UNREAD, wish)
        assert each["C2CUnreadMsgNumList"] == [
            {"Peer_Account": "alice", "C2CUnreadMsgNum": 2},
            {"Peer_Account": "carol", "C2CUnreadMsgNum": 1},
            {"Peer_Account": "bob", "C2CUnreadMsgNum": 0},
        ]
        assert each["ErrorList"] == [{"Peer_Account": "nobody", "ErrorCode": 70107}]
        assert "AllC2CUnreadMsgNum" not in each
        assert len(await history(bob, "alice")) == 2


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({}, 90003),
        ({"To_Account": "nobody"}, 90003),
        ({"To_Account": "bob", "Peer_Account": "alice"}, 90003),
        ({"To_Account": "bob", "Peer_Account": [f"u{number}" for number in range(11)]}, 90001),
    ],
)
async def test_what_is_wrong_with_a_question_for_unread_messages_has_its_code(
    backend: Backend, wish: dict[str, Any], code: int
) -> None:
    async with wire(backend) as bob:
        await bob.login("bob")
        assert (await post(backend, UNREAD, wish))["ErrorCode"] == code
