"""Callbacks that ask: what the app's server says of a message or a friend request."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from msgspec import structs

from imtui.protocol.chat import ElemType, SendMessageParams
from imtui.protocol.errors import IMError
from imtui.protocol.friendship import FriendAcceptType
from imtui.protocol.messages import AddFriendParams, FriendType
from imtui.protocol.rest.callback import BEFORE_CALLBACKS, OptPlatform
from imtui.protocol.rest.message_key import message_random
from imtui.server.edge.before_callbacks.callbacks import (
    HTTPBeforeCallbacks,
    ResponseAction,
    response_action,
)
from imtui.server.edge.before_callbacks.turns import AT_ONCE, RESERVED, WAITING_MAX
from imtui.server.instant import Instant
from imtui.server.link.before_callbacks import MessageDropped
from imtui.server.webhook.config import WebhookConfig
from imtui.server.webhook.receiver import Receiver
from tests.server.callbacks.callback_receiver import CallbackReceiver, callback_receiver

APP_ID = 1400000001
NOW = 1_700_000_000_123
PARAMS = SendMessageParams("bob", "m", text="Hello", cloud_custom_data="{}")


@pytest.fixture
async def receiver() -> AsyncIterator[CallbackReceiver]:
    async with callback_receiver() as running:
        yield running


@pytest.fixture
async def callbacks(receiver: CallbackReceiver) -> AsyncIterator[HTTPBeforeCallbacks]:
    async with asking(WebhookConfig(receiver.url, commands=BEFORE_CALLBACKS)) as running:
        yield running


@pytest.fixture
async def denying(receiver: CallbackReceiver) -> AsyncIterator[HTTPBeforeCallbacks]:
    config = WebhookConfig(receiver.url, commands=BEFORE_CALLBACKS)
    async with asking(config, denies=True) as running:
        yield running


def asking(config: WebhookConfig, *, denies: bool = False) -> aclosing[HTTPBeforeCallbacks]:
    return aclosing(HTTPBeforeCallbacks(config, APP_ID, lambda: Instant(0.0, NOW), lambda: denies))


def says(code: int, **fields: Any) -> dict[str, Any]:
    status = "OK" if code == 0 else "FAIL"
    return {"ActionStatus": status, "ErrorInfo": "", "ErrorCode": code, **fields}


def text(content: Any) -> dict[str, Any]:
    return {"MsgType": "TIMTextElem", "MsgContent": {"Text": content}}


async def test_a_message_is_shown_before_it_is_sent(
    receiver: CallbackReceiver, callbacks: HTTPBeforeCallbacks
) -> None:
    sent = await callbacks.before_send(
        "alice", PARAMS, platform=OptPlatform.IOS, client_ip="192.0.2.1"
    )
    assert sent is PARAMS
    (received,) = receiver.received
    assert received.query["CallbackCommand"] == "C2C.CallbackBeforeSendMsg"
    assert received.query["OptPlatform"] == "iOS"
    assert received.query["ClientIP"] == "192.0.2.1"
    random = message_random("m")
    assert received.body == {
        "CallbackCommand": "C2C.CallbackBeforeSendMsg",
        "From_Account": "alice",
        "To_Account": "bob",
        "MsgSeq": 0,
        "MsgRandom": random,
        "MsgTime": 1_700_000_000,
        "MsgKey": f"0_{random}_1700000000",
        "OnlineOnlyFlag": 0,
        "MsgBody": [text("Hello")],
        "CloudCustomData": "{}",
        "EventTime": NOW,
    }


@pytest.mark.parametrize(
    ("reply", "code", "message"),
    [
        (says(1), 20006, "The app does not let this message be sent."),
        (says(120001, ErrorInfo="Not here."), 120001, "Not here."),
        (says(130000, ErrorInfo="Not now."), 130000, "Not now."),
    ],
)
async def test_a_message_may_be_forbidden(
    receiver: CallbackReceiver, callbacks: HTTPBeforeCallbacks, reply: Any, code: int, message: str
) -> None:
    receiver.reply = reply
    with pytest.raises(IMError) as refused:
        await callbacks.before_send("alice", PARAMS)
    assert (refused.value.code, refused.value.message) == (code, message)


async def test_a_message_may_be_dropped(
    receiver: CallbackReceiver, callbacks: HTTPBeforeCallbacks
) -> None:
    receiver.reply = says(2)
    with pytest.raises(MessageDropped):
        await callbacks.before_send("alice", PARAMS)


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({"MsgBody": [text("H*llo")]}, {"text": "H*llo"}),
        ({"CloudCustomData": ""}, {"cloud_custom_data": ""}),
        (
            {
                "MsgBody": [{"MsgType": "TIMCustomElem", "MsgContent": {"Data": "x", "Ext": ""}}],
                "CloudCustomData": "[]",
            },
            {
                "elem_type": ElemType.CUSTOM,
                "text": "",
                "data": b"x",
                "cloud_custom_data": "[]",
            },
        ),
    ],
)
async def test_a_message_may_be_replaced(
    receiver: CallbackReceiver,
    callbacks: HTTPBeforeCallbacks,
    fields: dict[str, Any],
    changes: dict[str, Any],
) -> None:
    receiver.reply = says(0, **fields)
    assert await callbacks.before_send("alice", PARAMS) == structs.replace(PARAMS, **changes)


async def test_further_elements_are_shown_and_outlast_a_new_custom_data(
    receiver: CallbackReceiver, callbacks: HTTPBeforeCallbacks
) -> None:
    face = {"MsgType": "TIMFaceElem", "MsgContent": {"Index": 1, "Data": ""}}
    params = SendMessageParams("bob", "m", ElemType.FACE, text="[face]")
    receiver.reply = says(0, CloudCustomData="{}")
    after = await callbacks.before_send("alice", params, msg_body=[face])
    assert after == structs.replace(params, cloud_custom_data="{}")
    assert receiver.received[0].body["MsgBody"] == [face]


MALFORMED = [
    b"",
    b"no JSON",
    b"[]",
    b"{}",
    b"[" * 50_000,
    b'{"ErrorCode": 1, "ErrorInfo": "' + b"x" * 70_000 + b'"}',
    {"ErrorCode": "1"},
    says(3),
    says(130001),
    says(-1),
    says(0, MsgBody=[]),
    says(0, MsgBody=[text("one"), text("two")]),
    says(0, MsgBody=[text(7)]),
    says(0, MsgBody=[text("")]),
    says(0, MsgBody=[text("x" * 12_300)]),
    says(0, MsgBody=[{"MsgType": "TIMFaceElem", "MsgContent": {}}]),
    says(0, MsgBody="text"),
    says(0, CloudCustomData="\0"),
    says(0, CloudCustomData=7),
]


@pytest.mark.parametrize("reply", MALFORMED)
async def test_a_message_passes_as_it_is_when_the_reply_is_malformed(
    receiver: CallbackReceiver,
    callbacks: HTTPBeforeCallbacks,
    reply: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    receiver.reply = reply
    assert await callbacks.before_send("alice", PARAMS) is PARAMS
    is_large = isinstance(reply, bytes) and len(reply) > 64 * 1024
    problem = "a reply of more than 64 KB" if is_large else "malformed reply"
    assert f"C2C.CallbackBeforeSendMsg: {problem}" in caplog.text


@pytest.mark.parametrize("reply", MALFORMED)
async def test_a_malformed_reply_denies_where_failures_deny(
    receiver: CallbackReceiver, denying: HTTPBeforeCallbacks, reply: Any
) -> None:
    receiver.reply = reply
    assert await denial(denying) == 80003


@pytest.mark.parametrize("status", [0, 302, 404, 500])
async def test_a_failing_receiver_denies_where_failures_deny(
    receiver: CallbackReceiver, denying: HTTPBeforeCallbacks, status: int
) -> None:
    receiver.statuses = [status]
    assert await denial(denying) == 80003
    receiver.statuses = [status]
    with pytest.raises(IMError, match="80003"):
        await denying.before_friend_add("alice", "alice", [AddFriendParams("bob")])
    receiver.statuses = [status]
    with pytest.raises(IMError, match="80003"):
        await denying.before_friend_response("bob", "alice", ResponseAction.AGREE)
    assert await denying.before_send("alice", PARAMS) is PARAMS


async def test_a_slow_or_dead_receiver_denies_where_failures_deny(
    receiver: CallbackReceiver,
) -> None:
    receiver.open.clear()
    slow = WebhookConfig(receiver.url, commands=BEFORE_CALLBACKS, timeout=0.05)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    for config in (slow, WebhookConfig(url, commands=BEFORE_CALLBACKS)):
        async with asking(config, denies=True) as callbacks:
            assert await denial(callbacks) == 80003


@pytest.mark.parametrize("content", ["\ud800", "x" * 300_000])
async def test_what_cannot_be_asked_about_is_denied_where_failures_deny(
    receiver: CallbackReceiver, denying: HTTPBeforeCallbacks, content: str
) -> None:
    assert await denial(denying, structs.replace(PARAMS, text=content)) == 80003
    assert receiver.received == []


async def denial(callbacks: HTTPBeforeCallbacks, params: SendMessageParams = PARAMS) -> int:
    """Return the code with which a message is denied."""
    with pytest.raises(IMError) as denied:
        await callbacks.before_send("alice", params)
    return denied.value.code


async def test_the_time_limit_of_a_request_begins_with_its_turn(
    callbacks: HTTPBeforeCallbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way: list[asyncio.Event] = []
    begun = asyncio.Semaphore(0)

    async def post(*_: object) -> bytes:
        """Stand in for the receiver, whose time limit begins with this call."""
        answered = asyncio.Event()
        under_way.append(answered)
        begun.release()
        await answered.wait()
        return b'{"ErrorCode": 1}'

    monkeypatch.setattr(Receiver, "post", post)
    flood = [
        asyncio.create_task(callbacks.before_send(f"user-{number}", PARAMS))
        for number in range(3 * AT_ONCE)
    ]
    for turn in range(3):
        for _ in range(AT_ONCE):
            await begun.acquire()
        assert len(under_way) == (turn + 1) * AT_ONCE
        for answered in under_way[turn * AT_ONCE :]:
            answered.set()
    refused = await asyncio.gather(*flood, return_exceptions=True)
    assert [one.code for one in refused if isinstance(one, IMError)] == [20006] * len(flood)


async def test_who_sends_too_many_at_once_is_refused_and_nothing_passes_unasked(
    receiver: CallbackReceiver, callbacks: HTTPBeforeCallbacks
) -> None:
    receiver.open.clear()
    receiver.reply = says(1)
    flood = [asyncio.create_task(callbacks.before_send("eve", PARAMS)) for _ in range(100)]
    await receiver.wait_for(AT_ONCE - RESERVED)
    innocent = asyncio.create_task(callbacks.before_send("ann", PARAMS))
    await receiver.wait_for(AT_ONCE - RESERVED + 1)
    assert receiver.received[-1].body["From_Account"] == "ann"
    receiver.open.set()
    refused = await asyncio.gather(innocent, *flood, return_exceptions=True)
    codes = Counter(one.code for one in refused if isinstance(one, IMError))
    asked = AT_ONCE - RESERVED + WAITING_MAX + 1
    assert codes == {20006: asked, 7008: 101 - asked}
    assert len(receiver.received) == asked


@pytest.mark.parametrize("status", [0, 302, 404, 500])
async def test_a_message_passes_when_the_receiver_fails_and_nothing_is_tried_again(
    receiver: CallbackReceiver, callbacks: HTTPBeforeCallbacks, status: int
) -> None:
    receiver.statuses = [status]
    receiver.reply = says(1)
    assert await callbacks.before_send("alice", PARAMS) is PARAMS
    assert len(receiver.received) == 1


async def test_a_message_passes_when_the_receiver_is_slow_or_dead(
    receiver: CallbackReceiver,
) -> None:
    receiver.open.clear()
    receiver.reply = says(1)
    async with asking(
        WebhookConfig(receiver.url, commands=BEFORE_CALLBACKS, timeout=0.05)
    ) as callbacks:
        assert await callbacks.before_send("alice", PARAMS) is PARAMS
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    for dead in (url, "http://127.0.0.1:99999/"):
        async with asking(WebhookConfig(dead, commands=BEFORE_CALLBACKS)) as callbacks:
            assert await callbacks.before_send("alice", PARAMS) is PARAMS


@pytest.mark.parametrize("content", ["\ud800", "x" * 300_000])
async def test_what_the_core_refuses_anyway_is_not_asked_about(
    receiver: CallbackReceiver, callbacks: HTTPBeforeCallbacks, content: str
) -> None:
    params = structs.replace(PARAMS, text=content)
    assert await callbacks.before_send("alice", params) is params
    assert receiver.received == []


async def test_what_is_not_configured_is_not_asked_about(receiver: CallbackReceiver) -> None:
    receiver.reply = says(1)
    async with asking(WebhookConfig(receiver.url)) as callbacks:
        assert await callbacks.before_send("alice", PARAMS) is PARAMS
        assert await callbacks.before_friend_add("alice", "alice", [AddFriendParams("bob")]) == {}
        await callbacks.before_friend_response("bob", "alice", ResponseAction.REJECT)
    assert receiver.received == []


def result(user_id: str, code: int, info: str = "") -> dict[str, Any]:
    return {"To_Account": user_id, "ResultCode": code, "ResultInfo": info}


async def test_adding_friends_may_be_refused_for_each_of_them(
    receiver: CallbackReceiver, callbacks: HTTPBeforeCallbacks
) -> None:
    items = [result("bob", 0), result("carol", 38001, "Not carol."), result("dave", 6208)]
    receiver.reply = says(0, ResultItem=items)
    params = [
        AddFriendParams("bob", "Hi", "Bobby", "Work", FriendType.SINGLE),
        AddFriendParams("carol", add_type=FriendType.SINGLE),
        AddFriendParams("dave", add_type=FriendType.SINGLE),
    ]
    refused = await callbacks.before_friend_add(
        "administrator", "alice", params, source="AddSource_Type_X", is_forced=True
    )
    assert {user_id: error.code for user_id, error in refused.items()} == {
        "carol": 38001,
        "dave": 30009,
    }
    assert refused["carol"].message == "Not carol."
    body = receiver.received[0].body
    assert body["FriendItem"][0] == {
        "To_Account": "bob",
        "Remark": "Bobby",
        "GroupName": "Work",
        "AddSource": "AddSource_Type_X",
        "AddWording": "Hi",
    }
    del body["FriendItem"]
    assert body == {
        "CallbackCommand": "Sns.CallbackPrevFriendAdd",
        "Requester_Account": "administrator",
        "From_Account": "alice",
        "AddType": "Add_Type_Single",
        "ForceAddFlags": 1,
        "EventTime": NOW,
    }


@pytest.mark.parametrize(
    "reply",
    [
        b"no JSON",
        says(1, ResultItem=[result("bob", 38000)]),
        says(0),
        says(0, ResultItem=[]),
        says(0, ResultItem=[result("carol", 38000)]),
        says(0, ResultItem=[{"To_Account": "bob"}]),
    ],
)
async def test_a_friend_request_passes_when_the_reply_refuses_nobody(
    receiver: CallbackReceiver, callbacks: HTTPBeforeCallbacks, reply: Any
) -> None:
    receiver.reply = reply
    refused = await callbacks.before_friend_add("alice", "alice", [AddFriendParams("bob")])
    assert "bob" not in refused
    await callbacks.before_friend_response("alice", "bob", ResponseAction.AGREE)


async def test_an_answer_to_a_friend_request_may_be_refused(
    receiver: CallbackReceiver, callbacks: HTTPBeforeCallbacks
) -> None:
    receiver.reply = says(0, ResultItem=[result("alice", 39000, "Not yet.")])
    action = response_action(FriendAcceptType.AGREE_AND_ADD)
    with pytest.raises(IMError, match="39000 · Not yet"):
        await callbacks.before_friend_response("bob", "alice", action, remark="Al")
    assert receiver.received[0].body == {
        "CallbackCommand": "Sns.CallbackPrevFriendResponse",
        "Requester_Account": "bob",
        "From_Account": "bob",
        "ResponseFriendItem": [
            {
                "To_Account": "alice",
                "Remark": "Al",
                "TagName": "",
                "ResponseAction": "Response_Action_AgreeAndAdd",
            }
        ],
        "EventTime": NOW,
    }
