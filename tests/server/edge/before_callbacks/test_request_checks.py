"""Requests of clients that the app's own server is asked about before they are carried out."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from imtui.protocol.rest.callback import BEFORE_CALLBACKS
from imtui.server.edge.before_callbacks.callbacks import HTTPBeforeCallbacks
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.store.sqlite.archive import SQLiteArchive
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError
from tests.over_edges import new_backend
from tests.server.callbacks.callback_receiver import CallbackReceiver, callback_receiver
from tests.server.commands.test_rest import post
from tests.server.wire import wire


@pytest.fixture
async def receiver() -> AsyncIterator[CallbackReceiver]:
    async with callback_receiver() as running:
        yield running


@pytest.fixture
async def backend(tmp_path: Path, receiver: CallbackReceiver, edges: int) -> AsyncIterator[Backend]:
    settings = {"webhook_url": receiver.url, "webhook_commands": list(BEFORE_CALLBACKS)}
    async with new_backend(BackendConfig(tmp_path / "data", settings=settings), edges) as running:
        yield running


async def test_a_message_is_let_pass_replaced_forbidden_or_dropped(
    backend: Backend, receiver: CallbackReceiver
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice", platform="Android")
        await bob.login("bob")
        assert await alice.code("sendMessage", userID="bob", msgID="m1", text="one") == 0
        asked = receiver.received[-1]
        assert asked.query["CallbackCommand"] == "C2C.CallbackBeforeSendMsg"
        assert asked.query["OptPlatform"] == "Android"
        elem = {"MsgType": "TIMTextElem", "MsgContent": {"Text": "t**"}}
        receiver.reply = {"ActionStatus": "OK", "ErrorCode": 0, "MsgBody": [elem]}
        assert await alice.code("sendMessage", userID="bob", msgID="m2", text="two") == 0
        receiver.reply = {"ActionStatus": "OK", "ErrorCode": 1}
        assert await alice.code("sendMessage", userID="bob", msgID="m3", text="three") == 20006
        receiver.reply = {"ActionStatus": "OK", "ErrorCode": 120_007, "ErrorInfo": "no thanks"}
        assert await alice.code("sendMessage", userID="bob", msgID="m4", text="four") == 120_007
        receiver.reply = {"ActionStatus": "OK", "ErrorCode": 2}
        dropped = await alice.call("sendMessage", userID="bob", msgID="m5", text="five")
        assert dropped["result"]["message"]["text"] == "five"
        history = await bob.call("getC2CHistoryMessageList", userID="alice")
        texts = [one["text"] for one in history["result"]["messageList"]]
        assert texts == ["t**", "one"]
        own = await alice.call("getC2CHistoryMessageList", userID="bob")
        texts = [one["text"] for one in own["result"]["messageList"]]
        assert texts == ["five", "t**", "one"]
        (conversation,) = (await bob.call("getConversationList"))["result"]["conversationList"]
        assert (conversation["lastMessage"]["text"], conversation["unreadCount"]) == ("t**", 2)


async def test_a_dropped_message_that_cannot_be_kept_is_not_acknowledged(
    backend: Backend, receiver: CallbackReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The disk is broken.")

    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        receiver.reply = {"ActionStatus": "OK", "ErrorCode": 2}
        with monkeypatch.context() as patched:
            patched.setattr(SQLiteStore, "commit", fail)
            for name in ("m1", "m2"):
                assert await alice.code("sendMessage", userID="bob", msgID=name, text="x") == 70500
        with monkeypatch.context() as patched:
            patched.setattr(SQLiteArchive, "find", fail)
            while await alice.code("getConversationList") == 70500:
                pass
            assert await alice.code("sendMessage", userID="bob", msgID="m3", text="x") == 70500
        assert await alice.code("sendMessage", userID="bob", msgID="m3", text="x") == 0


async def test_a_fault_in_asking_is_answered_and_logged(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(HTTPBeforeCallbacks, "before_send", fail)
    elem = {"MsgType": "TIMTextElem", "MsgContent": {"Text": "one"}}
    body = {"To_Account": "bob", "MsgRandom": 1, "MsgBody": [elem]}
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        assert await alice.code("sendMessage", userID="bob", msgID="m1", text="one") == 70500
        assert (await post(backend, "v4/openim/sendmsg", body))["ErrorCode"] == 91000
        assert await alice.code("heartbeat") == 0
    assert len(caplog.records) == 2


async def test_a_message_that_is_asked_about_counts_though_its_sender_closes(
    backend: Backend, receiver: CallbackReceiver
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        receiver.open.clear()
        await alice.notify("sendMessage", userID="bob", msgID="m1", text="last words")
        closing = asyncio.create_task(alice.socket.close())
        await receiver.wait_for(1)
        while alice.socket.state is State.OPEN:
            assert await bob.code("heartbeat") == 0
        # What bob sends is read after the close of alice.
        assert await bob.code("heartbeat") == 0
        receiver.open.set()
        (message,) = (await bob.push("onRecvNewMessage"))["messageList"]
        assert message["text"] == "last words"
        await closing


async def test_a_fault_after_asking_ends_nobody_else(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        with monkeypatch.context() as patched:
            patched.setattr("imtui.server.node.core_host.encode_answer", fail)
            await alice.notify("sendMessage", userID="bob", msgID="m1", text="one")
            with pytest.raises(ConnectionClosed):
                await alice.call("sendMessage", userID="bob", msgID="m2", text="two")
        assert await bob.code("heartbeat") == 0
    assert len(caplog.records) == 1


async def test_a_friend_request_and_its_answer_can_be_refused(
    backend: Backend, receiver: CallbackReceiver
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        assert await bob.code("setSelfInfo", allowType=1) == 0
        refusal = {"To_Account": "bob", "ResultCode": 38_001, "ResultInfo": "not now"}
        receiver.reply = {"ActionStatus": "OK", "ErrorCode": 0, "ResultItem": [refusal]}
        assert await alice.code("addFriend", userID="bob") == 38_001
        receiver.reply = {"ActionStatus": "OK", "ErrorCode": 0}
        assert await alice.code("addFriend", userID="bob") == 30539
        refusal = {"To_Account": "alice", "ResultCode": 38_002, "ResultInfo": "never"}
        receiver.reply = {"ActionStatus": "OK", "ErrorCode": 0, "ResultItem": [refusal]}
        assert await bob.code("acceptFriendApplication", userID="alice") == 38_002
        assert await bob.code("refuseFriendApplication", userID="alice") == 38_002
        receiver.reply = {"ActionStatus": "OK", "ErrorCode": 0}
        assert await bob.code("acceptFriendApplication", userID="alice") == 0


async def test_what_cannot_be_asked_about_is_refused_as_ever(
    backend: Backend, receiver: CallbackReceiver
) -> None:
    async with wire(backend) as alice:
        assert await alice.code("sendMessage", userID="bob", msgID="m", text="one") == 6014
        await alice.login("alice")
        assert await alice.code("sendMessage", userID=5) == 6017
        assert receiver.received == []


async def test_who_waits_for_a_slow_server_holds_up_nobody_else_and_keeps_the_order(
    backend: Backend, receiver: CallbackReceiver
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        receiver.open.clear()
        await alice.notify("sendMessage", userID="bob", msgID="m1", text="one")
        await receiver.wait_for(1)
        await alice.notify("setSelfStatus", customStatus="busy")
        assert await bob.code("heartbeat") == 0
        status = await bob.call("getUserStatus", userIDList=["alice"])
        (told,) = status["result"]["userStatusList"]
        assert told.get("customStatus", "") == ""
        receiver.open.set()
        (message,) = (await bob.push("onRecvNewMessage"))["messageList"]
        assert message["text"] == "one"


async def test_the_console_decides_what_a_silent_server_means(
    backend: Backend, receiver: CallbackReceiver
) -> None:
    receiver.reply = b"no JSON"
    elem = {"MsgType": "TIMTextElem", "MsgContent": {"Text": "one"}}
    body = {"To_Account": "bob", "MsgRandom": 1, "MsgBody": [elem]}
    item = {"To_Account": "bob", "AddSource": "AddSource_Type_Web"}
    friend = {"From_Account": "alice", "AddFriendItem": [item]}

    async def decide(value: str) -> None:
        settings = {"Settings": {"before_callback_failure": value}}
        assert (await post(backend, "v4/imtui_console/set", settings))["ErrorCode"] == 0

    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await decide("deny")
        assert await alice.code("sendMessage", userID="bob", msgID="m1", text="one") == 80003
        assert await alice.code("addFriend", userID="bob") == 80003
        assert await alice.code("acceptFriendApplication", userID="bob") == 80003
        assert await alice.code("refuseFriendApplication", userID="bob") == 80003
        assert (await post(backend, "v4/openim/sendmsg", body))["ErrorCode"] == 80003
        assert (await post(backend, "v4/sns/friend_add", friend))["ErrorCode"] == 80003
        await decide("pass")
        assert await alice.code("sendMessage", userID="bob", msgID="m1", text="one") == 0
        assert await alice.code("addFriend", userID="bob") == 0


async def test_a_message_of_an_admin_is_asked_about_unless_that_is_forbidden(
    backend: Backend, receiver: CallbackReceiver
) -> None:
    async with wire(backend) as bob:
        await bob.login("bob")
        elem = {"MsgType": "TIMTextElem", "MsgContent": {"Text": "one"}}
        body = {"To_Account": "bob", "MsgRandom": 1, "MsgBody": [elem]}
        receiver.reply = {"ActionStatus": "OK", "ErrorCode": 1}
        assert (await post(backend, "v4/openim/sendmsg", body))["ErrorCode"] == 20006
        assert receiver.received[-1].query["OptPlatform"] == "RESTAPI"
        asked = len(receiver.received)
        forbidden = {**body, "ForbidCallbackControl": ["ForbidBeforeSendMsgCallback"]}
        assert (await post(backend, "v4/openim/sendmsg", forbidden))["ErrorCode"] == 0
        assert len(receiver.received) == asked
        other = {"MsgType": "TIMTextElem", "MsgContent": {"Text": "two"}}
        receiver.reply = {"ActionStatus": "OK", "ErrorCode": 0, "MsgBody": [other]}
        sent = await post(backend, "v4/openim/sendmsg", {**body, "MsgRandom": 2})
        assert sent["ErrorCode"] == 0
        texts = [(await bob.push("onRecvNewMessage"))["messageList"][0]["text"] for _ in "12"]
        assert texts == ["one", "two"]


async def test_friends_that_an_admin_adds_are_asked_about_and_refused_one_by_one(
    backend: Backend, receiver: CallbackReceiver
) -> None:
    people = {"Accounts": ["alice", "bob", "carol"]}
    await post(backend, "v4/im_open_login_svc/multiaccount_import", people)
    refusal = {"To_Account": "bob", "ResultCode": 38_001, "ResultInfo": "not now"}
    receiver.reply = {"ActionStatus": "OK", "ErrorCode": 0, "ResultItem": [refusal]}
    items = [
        {"To_Account": name, "AddSource": "AddSource_Type_Web", "GroupName": ["Work"]}
        for name in ("bob", "carol")
    ]
    body = {"From_Account": "alice", "AddFriendItem": items, "ForceAddFlags": 1}
    added = await post(backend, "v4/sns/friend_add", body)
    results = {item["To_Account"]: item["ResultCode"] for item in added["ResultItem"]}
    assert results == {"bob": 38_001, "carol": 0}
    assert added["Fail_Account"] == ["bob"]
    asked = receiver.received[-1]
    assert asked.query["CallbackCommand"] == "Sns.CallbackPrevFriendAdd"
    assert asked.query["OptPlatform"] == "RESTAPI"
    assert asked.body["Requester_Account"] == "administrator"
    assert (asked.body["From_Account"], asked.body["ForceAddFlags"]) == ("alice", 1)
    assert [one["GroupName"] for one in asked.body["FriendItem"]] == ["Work", "Work"]
    nobody = await post(backend, "v4/sns/friend_add", {**body, "AddFriendItem": []})
    assert nobody["ErrorCode"] == 30001


async def test_the_address_of_who_asks_is_told_whoever_they_are(
    backend: Backend, receiver: CallbackReceiver
) -> None:
    named = {"X-Forwarded-For": "203.0.113.7"}
    elem = {"MsgType": "TIMTextElem", "MsgContent": {"Text": "one"}}
    async with wire(backend) as alice, wire(backend, additional_headers=named) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await alice.call("sendMessage", userID="bob", msgID="m1", text="one")
        await bob.call("sendMessage", userID="alice", msgID="m2", text="two")
        await bob.call("addFriend", userID="alice")
        body = {"To_Account": "bob", "MsgRandom": 1, "MsgBody": [elem]}
        await post(backend, "v4/openim/sendmsg", body)
        received = await receiver.wait_for(4)
    addresses = [one.query["ClientIP"] for one in received]
    assert addresses == ["127.0.0.1", "203.0.113.7", "203.0.113.7", "127.0.0.1"]
