"""Messages that an admin sends or imports: what the two of the conversation see of them."""

from typing import Any

import pytest

from imtui.protocol.chat import ElemType
from imtui.server.node.backend import Backend
from tests.server.commands.test_rest import post
from tests.server.wire import Wire, wire

SEND = "v4/openim/sendmsg"
BATCH = "v4/openim/batchsendmsg"
IMPORT = "v4/openim/importmsg"

TEXT = {"MsgType": "TIMTextElem", "MsgContent": {"Text": "hello"}}
TO_BOB: dict[str, Any] = {
    "From_Account": "alice",
    "To_Account": "bob",
    "MsgRandom": 7,
    "MsgBody": [TEXT],
}


async def history(client: Wire, peer: str) -> list[dict[str, Any]]:
    answer = await client.call("getC2CHistoryMessageList", userID=peer, count=100)
    messages: list[dict[str, Any]] = answer["result"]["messageList"]
    return messages


async def conversation(client: Wire, peer: str) -> dict[str, Any]:
    answer = await client.call("getConversationList")
    listed = answer["result"]["conversationList"]
    found: dict[str, Any] = {one["conversationID"]: one for one in listed}.get(f"c2c_{peer}", {})
    return found


async def arrived(client: Wire) -> dict[str, Any]:
    (message,) = (await client.push("onRecvNewMessage"))["messageList"]
    found: dict[str, Any] = message
    return found


async def told_nothing(client: Wire) -> bool:
    """Tell whether nothing was told of messages until now."""
    assert await client.code("heartbeat") == 0
    return "onRecvNewMessage" not in [push["method"] for push in client.pushes]


async def test_a_message_that_an_admin_sends_for_somebody_arrives(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        # Blocked or no friend: an admin is not asked.
        await bob.call("addToBlackList", userIDList=["alice"])
        wish = TO_BOB | {"CloudCustomData": "{}", "MsgSeq": 5, "OfflinePushInfo": {"PushFlag": 1}}
        sent = await post(backend, SEND, wish)
        assert sent["ErrorCode"] == 0
        assert sent["MsgKey"] == f"5_7_{sent['MsgTime']}"
        message = await arrived(bob)
        assert (message["sender"], message["text"]) == ("alice", "hello")
        assert (message["seq"], message["cloudCustomData"]) == (1, "{}")
        assert (await conversation(bob, "alice"))["unreadCount"] == 1
        assert await history(alice, "bob") == [message]
        # The sender's devices are not told it, unless they are to be, but that there is more.
        (changed,) = (await alice.push("onConversationChanged"))["conversationList"]
        assert changed["lastMessage"] == message
        assert await told_nothing(alice)
        await post(backend, SEND, wish | {"SyncOtherMachine": 1, "MsgRandom": 8})
        assert (await arrived(alice))["seq"] == 2


async def test_without_a_sender_the_admin_writes(backend: Backend) -> None:
    async with wire(backend) as bob:
        await bob.login("bob")
        wish = {"To_Account": "bob", "MsgRandom": 1, "MsgBody": [TEXT]}
        assert (await post(backend, SEND, wish | {"MsgBody": []}))["ErrorCode"] == 90002
        known = await post(
            backend,
            "v4/im_open_login_svc/account_check",
            {"CheckItem": [{"UserID": "administrator"}]},
        )
        assert known["ResultItem"][0]["AccountStatus"] == "NotImported"
        assert (await post(backend, SEND, wish))["ErrorCode"] == 0
        assert (await arrived(bob))["sender"] == "administrator"
        assert (await conversation(bob, "administrator"))["unreadCount"] == 1
        to_itself = wish | {"To_Account": "administrator"}
        assert (await post(backend, SEND, to_itself))["ErrorCode"] == 90003


async def test_a_message_that_only_the_receiver_is_to_have(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await post(backend, SEND, TO_BOB | {"SyncOtherMachine": 2})
        assert (await arrived(bob))["text"] == "hello"
        assert len(await history(bob, "alice")) == 1
        assert await history(alice, "bob") == []
        assert await conversation(alice, "bob") == {}


async def test_a_message_for_whoever_is_online_is_kept_nowhere(backend: Backend) -> None:
    async with wire(backend) as bob:
        await bob.login("bob")
        sent = await post(backend, SEND, TO_BOB | {"From_Account": "", "MsgLifeTime": 0})
        assert sent["MsgKey"]
        message = await arrived(bob)
        assert message["onlineUserOnly"] is True and "seq" not in message
        assert await conversation(bob, "administrator") == {}


async def test_a_message_counts_and_shows_as_it_is_told_to(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await post(backend, SEND, TO_BOB)
        control = ["NoUnread", "NoLastMsg", "WithMuteNotifications"]
        quiet = TO_BOB | {"MsgRandom": 8, "SendMsgControl": control}
        await post(backend, SEND, quiet)
        messages = await history(bob, "alice")
        assert len(messages) == 2
        assert messages[0]["isExcludedFromUnreadCount"] is True
        shown = await conversation(bob, "alice")
        assert (shown["unreadCount"], shown["lastMessage"]["seq"]) == (1, 1)


async def test_what_clients_cannot_show_comes_with_words_for_it(backend: Backend) -> None:
    async with wire(backend) as bob:
        await bob.login("bob")
        picture = {
            "MsgType": "TIMImageElem",
            "MsgContent": {"UUID": "u", "ImageInfoArray": [{"Type": 1, "URL": "https://x/a.png"}]},
        }
        wish = {"To_Account": "bob", "MsgRandom": 1, "MsgBody": [TEXT, picture]}
        await post(backend, SEND, wish)
        message = await arrived(bob)
        assert message["elemType"] == ElemType.IMAGE
        assert message["text"] == "hello\n[image] https://x/a.png"
        assert await history(bob, "administrator") == [message]


@pytest.mark.parametrize("given", [{}, {"MsgSeq": 9}])
async def test_the_same_message_in_the_same_second_is_one(
    backend: Backend, given: dict[str, Any]
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        wish = TO_BOB | given
        answers = [await post(backend, SEND, wish) for _ in range(5)]
        other = await post(backend, SEND, wish | {"MsgRandom": 8})
        keys = {answer["MsgKey"] for answer in answers}
        assert len(await history(bob, "alice")) == len(keys) + 1
        assert other["MsgKey"] not in keys
        # The five calls may have met the end of a second.
        assert len(keys) == len({answer["MsgTime"] for answer in answers})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"From_Account": "nobody"}, 90008),
        ({"From_Account": 1}, 90008),
        ({"To_Account": "nobody"}, 90012),
        ({"To_Account": ""}, 90012),
        ({"To_Account": None}, 90003),
        ({"To_Account": ["bob"]}, 90003),
        ({"To_Account": "alice"}, 90003),
        ({"MsgRandom": None}, 90005),
        ({"MsgRandom": "7"}, 90005),
        ({"MsgRandom": 2**32}, 90005),
        ({"MsgSeq": -1}, 90010),
        ({"MsgBody": None}, 90007),
        ({"MsgBody": TEXT}, 90007),
        ({"MsgBody": []}, 90002),
        ({"MsgBody": [{"MsgType": "TIMTextElem"}]}, 90002),
        ({"MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": ""}}]}, 90002),
        ({"CloudCustomData": 1}, 90010),
        ({"CloudCustomData": "\x00"}, 90010),
        ({"CloudCustomData": "x" * 12288}, 93000),
        ({"SyncOtherMachine": "1"}, 90031),
        ({"SyncOtherMachine": 3}, 90031),
        ({"MsgLifeTime": "1"}, 90044),
        ({"MsgLifeTime": -1}, 90044),
        ({"MsgLifeTime": 604801}, 90026),
        ({"SendMsgControl": ["NoSuchThing"]}, 90010),
        ({"ForbidCallbackControl": ["NoSuchThing"]}, 90010),
    ],
)
async def test_what_is_wrong_with_a_message_has_its_code_and_nothing_is_sent(
    backend: Backend, change: dict[str, Any], code: int
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        wish = {name: value for name, value in (TO_BOB | change).items() if value is not None}
        assert (await post(backend, SEND, wish))["ErrorCode"] == code
        assert await told_nothing(bob)
        assert await conversation(bob, "alice") == {}


async def test_no_json_is_refused_as_the_field_does(backend: Backend) -> None:
    for body in (b"{", b"[]", b"1"):
        assert (await post(backend, SEND, body))["ErrorCode"] == 90001


async def test_a_message_to_many_is_one_to_each_and_tells_who_did_not_get_it(
    backend: Backend,
) -> None:
    async with wire(backend) as alice, wire(backend) as bob, wire(backend) as carol:
        for client, name in ((alice, "alice"), (bob, "bob"), (carol, "carol")):
            await client.login(name)
        to = ["bob", "nobody", "carol", "alice", "bob"]
        sent = await post(backend, BATCH, TO_BOB | {"To_Account": to, "MsgSeq": 3})
        assert sent["ErrorCode"] == 0
        assert sent["ErrorList"] == [
            {"To_Account": "nobody", "ErrorCode": 70107},
            {"To_Account": "alice", "ErrorCode": 90003},
        ]
        assert sent["MsgKey"].startswith("3_7_")
        for client in (bob, carol):
            assert (await arrived(client))["text"] == "hello"
            assert len(await history(client, "alice")) == 1
        for other in ("bob", "carol"):
            recalled = await post(
                backend,
                "v4/openim/admin_msgwithdraw",
                {"From_Account": "alice", "To_Account": other, "MsgKey": sent["MsgKey"]},
            )
            assert recalled["ErrorCode"] == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To_Account": []}, 90003),
        ({"To_Account": "bob"}, 90003),
        ({"To_Account": [f"u{number}" for number in range(501)]}, 90011),
        ({"From_Account": "nobody", "To_Account": ["bob"]}, 90008),
    ],
)
async def test_a_message_to_many_that_is_wrong_goes_to_nobody(
    backend: Backend, change: dict[str, Any], code: int
) -> None:
    async with wire(backend) as bob:
        await bob.login("bob")
        assert (await post(backend, BATCH, TO_BOB | change))["ErrorCode"] == code
        assert await told_nothing(bob)


IMPORTED = TO_BOB | {"MsgTimeStamp": 1_500_000_000, "SyncFromOldSystem": 1}


async def test_an_imported_message_has_its_own_time_and_comes_once(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        for wish in (IMPORTED, IMPORTED | {"MsgTimeStamp": 1_500_000_001}, IMPORTED):
            assert (await post(backend, IMPORT, wish))["ErrorCode"] == 0
        message = await arrived(bob)
        assert (message["timestamp"], message["text"]) == (1_500_000_000_000, "hello")
        assert await arrived(alice) == message
        assert len(await history(bob, "alice")) == 2
        assert (await conversation(bob, "alice"))["unreadCount"] == 2
        old = IMPORTED | {"SyncFromOldSystem": 2, "MsgRandom": 8}
        assert (await post(backend, IMPORT, old))["ErrorCode"] == 0
        assert len(await history(bob, "alice")) == 3
        assert (await conversation(bob, "alice"))["unreadCount"] == 2


async def test_what_is_imported_older_than_what_was_said_is_no_news(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        assert await alice.code("sendMessage", userID="bob", msgID="m", text="now") == 0
        await arrived(bob)
        assert (await post(backend, IMPORT, IMPORTED))["ErrorCode"] == 0
        (told,) = (await bob.push("onConversationChanged"))["conversationList"]
        assert (told["lastMessage"]["text"], told["unreadCount"]) == ("now", 1)
        assert await told_nothing(bob)
        # A device that keeps messages sees by the version that there is one more.
        assert told["version"] == 2
        assert [one["text"] for one in await history(bob, "alice")] == ["hello", "now"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"SyncFromOldSystem": None}, 90030),
        ({"SyncFromOldSystem": 3}, 90030),
        ({"MsgTimeStamp": None}, 90006),
        ({"MsgTimeStamp": "1500000000"}, 90006),
        ({"MsgTimeStamp": 0}, 90006),
        ({"MsgTimeStamp": 2**32 - 1}, 90006),
        ({"MsgTimeStamp": 2**70}, 90006),
        ({"From_Account": None}, 90008),
        ({"From_Account": "nobody"}, 90008),
        ({"To_Account": "nobody"}, 90012),
        ({"To_Account": "alice"}, 90003),
        ({"MsgBody": [1]}, 90002),
        ({"MsgRandom": None}, 90005),
    ],
)
async def test_what_is_wrong_with_an_imported_message_has_its_code(
    backend: Backend, change: dict[str, Any], code: int
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        wish = {name: value for name, value in (IMPORTED | change).items() if value is not None}
        assert (await post(backend, IMPORT, wish))["ErrorCode"] == code
        assert await told_nothing(bob)


async def test_the_quota_of_an_account_is_not_for_what_an_admin_sends_for_it(
    backend: Backend,
) -> None:
    settings = {"message_bytes_burst": 1000, "message_bytes_rate": 1}
    await post(backend, "v4/imtui_console/set", {"Settings": settings})
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        large = {"userID": "bob", "text": "x" * 1000}
        assert await alice.code("sendMessage", msgID="first", **large) == 0
        for number in range(3):
            sent = await post(backend, SEND, TO_BOB | {"MsgRandom": number})
            assert sent["ErrorCode"] == 0
        assert await alice.code("sendMessage", msgID="second", **large) == 7008
