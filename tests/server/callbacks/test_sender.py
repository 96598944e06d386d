"""Callbacks on what has happened, as they reach a receiver: signed, in order, bounded."""

import asyncio
import hashlib
import logging
import socket
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest

from imtui.protocol.chat import RevokeMessageParams, SendMessageParams
from imtui.protocol.messages import Method
from imtui.protocol.rest.callback import CallbackCommand
from imtui.server.callbacks.sender import Webhooks
from imtui.server.core.accounts.changes import OwnDevicesChanged
from imtui.server.core.change import Change
from imtui.server.core.friends.changes import FriendsAdded, FriendsDeleted
from imtui.server.instant import Instant
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.webhook.config import WebhookConfig
from imtui.server.webhook.request import OutgoingCallback
from tests.server.callbacks.callback_receiver import TIMEOUT, CallbackReceiver, callback_receiver
from tests.server.callbacks.calling import make_core
from tests.server.wire import wire

APP_ID = 1400000001
TOKEN = "a token that nobody may see"


@pytest.fixture
async def receiver() -> AsyncIterator[CallbackReceiver]:
    async with callback_receiver() as running:
        yield running


def clock() -> Instant:
    return Instant(0.0, 1_700_000_000_123)


class Rows:
    """Callbacks as a store keeps them; everything is durable at once."""

    def __init__(self) -> None:
        self.kept: dict[int, OutgoingCallback] = {}

    def queue_callbacks(self, callbacks: Iterable[OutgoingCallback]) -> None:
        self.kept |= {one.number: one for one in callbacks}

    def forget_callbacks(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            del self.kept[number]


class Telling(Webhooks):
    """A sender whose callbacks are durable as soon as they are made."""

    def __init__(self, config: WebhookConfig, rows: Rows | None = None) -> None:
        self.rows = rows or Rows()
        super().__init__(config, APP_ID, clock, self.rows)
        self._more_sent = asyncio.Event()
        self.on_sent = self._more_sent.set

    async def wait_sent(self, count: int) -> None:
        """Wait until so many callbacks were accepted."""
        async with asyncio.timeout(TIMEOUT):
            while self.sent < count:
                self._more_sent.clear()
                await self._more_sent.wait()

    def observe(self, changes: list[Change], client_ip: str = "") -> None:
        super().observe(changes, client_ip)
        self.committed()


def webhooks(config: WebhookConfig, rows: Rows | None = None) -> Telling:
    return Telling(config, rows)


def added(user_id: str, friend_id: str) -> list[Change]:
    return [FriendsAdded(user_id, (friend_id,))]


def friends_of(receiver: CallbackReceiver, user_id: str) -> list[str]:
    """Return whom a user made a friend, as the receiver was told."""
    pairs = [pair for one in receiver.received for pair in one.body["PairList"]]
    return [pair["To_Account"] for pair in pairs if pair["From_Account"] == user_id]


async def test_a_callback_is_posted_as_the_field_does_it_and_signed(
    receiver: CallbackReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with webhooks(WebhookConfig(receiver.url, TOKEN)) as sender:
        sender.observe(added("alice", "bob"), "192.0.2.7")
        (received,) = await receiver.wait_for(1)
    assert received.query == {
        "from": "imtui",
        "SdkAppid": str(APP_ID),
        "CallbackCommand": "Sns.CallbackFriendAdd",
        "contenttype": "json",
        "ClientIP": "192.0.2.7",
        "OptPlatform": "Unknown",
        "RequestTime": "1700000000",
        "Sign": hashlib.sha256(f"{TOKEN}1700000000".encode()).hexdigest(),
    }
    assert received.query["Sign"] not in caplog.text
    assert received.body["CallbackCommand"] == "Sns.CallbackFriendAdd"
    assert received.body["EventID"]


async def test_without_a_token_nothing_is_signed(receiver: CallbackReceiver) -> None:
    async with webhooks(WebhookConfig(receiver.url)) as sender:
        sender.observe(added("alice", "bob"))
        (received,) = await receiver.wait_for(1)
    assert not {"Sign", "RequestTime"} & received.query.keys()


async def test_only_what_is_configured_is_sent(receiver: CallbackReceiver) -> None:
    commands = frozenset({CallbackCommand.FRIEND_DELETE, CallbackCommand.BEFORE_SEND_MSG})
    async with webhooks(WebhookConfig(receiver.url, commands=commands)) as sender:
        sender.observe(added("alice", "bob"))
        sender.observe([OwnDevicesChanged("alice", ())])
        assert sender.waiting == 0
        sender.observe([FriendsDeleted("alice", ("bob",))])
        (received,) = await receiver.wait_for(1)
    assert received.query["CallbackCommand"] == "Sns.CallbackFriendDelete"


async def test_what_one_user_does_is_told_in_order_though_some_of_it_is_tried_again(
    receiver: CallbackReceiver,
) -> None:
    receiver.statuses = [200, 500, 0, 503, 200, 302, 500]
    receiver.open.clear()
    people = [f"user-{number}" for number in range(20)]
    config = WebhookConfig(receiver.url, retry_pauses=(0.0,) * 7, end_grace=TIMEOUT)
    async with webhooks(config) as sender:
        for friend in range(10):
            for user_id in people:
                sender.observe(added(user_id, str(friend)))
        await receiver.wait_for(4)
        receiver.open.set()
        await receiver.wait_for(205)
    assert (sender.sent, sender.dropped) == (200, 0)
    for user_id in people:
        told = friends_of(receiver, user_id)
        assert list(dict.fromkeys(told)) == [str(friend) for friend in range(10)]
        assert told == sorted(told)
    assert receiver.most_under_way == 4


async def test_what_is_not_taken_is_tried_again_while_others_go_on(
    receiver: CallbackReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    def reply(body: dict[str, Any]) -> int:
        return 500 if body["PairList"][0]["From_Account"] == "alice" else 200

    receiver.status_of = reply
    config = WebhookConfig(receiver.url, TOKEN, retry_pauses=(0.0,))
    async with webhooks(config) as sender:
        sender.observe(added("alice", "bob"))
        sender.observe(added("alice", "carol"))
        await receiver.wait_for(20)
        assert set(friends_of(receiver, "alice")) == {"bob"}
        for number in range(20):
            sender.observe(added(f"user-{number}", "bob"))
        await sender.wait_sent(20)
        receiver.status_of = None
        await sender.wait_sent(22)
    assert (sender.sent, sender.dropped) == (22, 0)
    told = [one.body for one in receiver.received if one.body["PairList"][0]["To_Account"] == "bob"]
    first = [body for body in told if body["PairList"][0]["From_Account"] == "alice"]
    assert len(first) > 20
    assert all(body == first[0] for body in first)
    assert len({body["EventID"] for body in told}) == 21
    assert sender.rows.kept == {}


async def test_a_dead_receiver_costs_bounded_memory_and_is_told_of_without_secrets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    config = WebhookConfig(url, TOKEN, retry_pauses=(3600.0,), queued_max=40)
    async with webhooks(config) as sender:
        for friend in range(1000):
            sender.observe(added("alice", str(friend)))
        assert sender.waiting == 40
        assert sender.dropped == 960
    kept = [one.number for one in sender.rows.kept.values()]
    assert kept == list(range(961, 1001))
    assert sender.dropped == 960
    assert "no connection" in caplog.text
    assert "dropped: too many wait" in caplog.text
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("imtui")]
    assert len(ours) < 5
    assert not any(secret in caplog.text for secret in (TOKEN, "Sign=", url))


async def test_the_oldest_go_first_also_when_they_are_too_large(
    receiver: CallbackReceiver,
) -> None:
    receiver.open.clear()
    async with webhooks(WebhookConfig(receiver.url, queued_max_bytes=1500)) as sender:
        sender.observe(added("alice", "first"))
        await receiver.wait_for(1)
        sender.observe([FriendsAdded("alice", ("large",) * 9)])
        sender.observe([FriendsAdded("alice", ("later",) * 9)])
        assert (sender.waiting, sender.dropped) == (2, 1)
        receiver.open.set()
        await receiver.wait_for(2)
    assert friends_of(receiver, "alice") == ["first", *["later"] * 9]


async def test_a_receiver_that_does_not_answer_in_time_is_asked_again(
    receiver: CallbackReceiver,
) -> None:
    receiver.open.clear()
    config = WebhookConfig(receiver.url, timeout=0.1, retry_pauses=(0.0,) * 100)
    async with webhooks(config) as sender:
        sender.observe(added("alice", "bob"))
        first, again = (await receiver.wait_for(2))[:2]
    assert first.body == again.body


async def test_what_waits_is_still_sent_as_the_backend_ends(
    receiver: CallbackReceiver,
) -> None:
    async with webhooks(WebhookConfig(receiver.url, end_grace=TIMEOUT)) as sender:
        for friend in range(5):
            sender.observe(added("alice", str(friend)))
    assert friends_of(receiver, "alice") == ["0", "1", "2", "3", "4"]
    assert (sender.sent, sender.dropped) == (5, 0)


@pytest.mark.parametrize("is_silent", [True, False])
async def test_what_cannot_be_sent_before_the_end_is_kept_and_sent_after_the_next_start(
    receiver: CallbackReceiver, *, is_silent: bool
) -> None:
    if is_silent:
        receiver.open.clear()
    else:
        receiver.statuses = [500]
    config = WebhookConfig(receiver.url, timeout=3600, end_grace=0.05, retry_pauses=(3600.0,))
    async with webhooks(config) as sender:
        for friend in range(5):
            sender.observe(added("alice", str(friend)))
        await receiver.wait_for(1)
    assert (sender.sent, sender.dropped) == (0, 0)
    assert sender.working.done()
    kept = sender.rows.kept
    assert len(kept) == 5
    receiver.open.set()
    again = webhooks(WebhookConfig(receiver.url), Rows())
    again.rows.kept = dict(kept)
    again.resume(kept.values())
    async with again as sender:
        sender.observe(added("alice", "5"))
        await sender.wait_sent(6)
    assert friends_of(receiver, "alice") == ["0", "0", "1", "2", "3", "4", "5"]
    assert len({one.body["EventID"] for one in receiver.received}) == 6
    assert again.rows.kept == {}


async def test_what_is_not_wanted_any_more_is_dropped_at_the_start(
    receiver: CallbackReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    rows = Rows()
    webhooks(WebhookConfig(receiver.url), rows).observe(added("alice", "bob"))
    commands = frozenset({CallbackCommand.FRIEND_DELETE})
    sender = webhooks(WebhookConfig(receiver.url, commands=commands), rows)
    sender.resume(list(rows.kept.values()))
    async with sender:
        assert (sender.waiting, sender.dropped) == (0, 1)
    assert rows.kept == {}
    assert "dropped: not wanted any more" in caplog.text


async def test_nothing_is_sent_before_it_is_durable(receiver: CallbackReceiver) -> None:
    async with Webhooks(WebhookConfig(receiver.url), APP_ID, clock, Rows()) as sender:
        sender.observe(added("alice", "early"))
        sender.committed()
        await receiver.wait_for(1)
        sender.observe(added("alice", "late"))
        sender.observe(added("bob", "late"))
    assert len(receiver.received) == 1
    assert sender.waiting == 2


async def test_the_contents_of_a_recalled_message_are_not_sent(
    receiver: CallbackReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    core = make_core()
    sender = webhooks(WebhookConfig(receiver.url))

    def send(msg_id: str) -> None:
        core.call(1, Method.SEND_MESSAGE, SendMessageParams("bob", msg_id, text=msg_id))
        sender.observe(core.take_changes())

    send("first")
    send("secret")
    send("third")
    core.call(1, Method.REVOKE_MESSAGE, RevokeMessageParams("bob", "secret"))
    sender.observe(core.take_changes())
    async with sender:
        await sender.wait_sent(3)
    assert [one.query["CallbackCommand"] for one in receiver.received] == [
        "C2C.CallbackAfterSendMsg",
        "C2C.CallbackAfterSendMsg",
        "C2C.CallbackAfterMsgWithDraw",
    ]
    assert "secret" not in str(receiver.received)
    assert (sender.dropped, sender.rows.kept) == (1, {})
    assert "dropped: its contents were erased or replaced" in caplog.text


async def test_a_backend_tells_its_receiver_and_is_not_slowed_by_it(
    receiver: CallbackReceiver, tmp_path: Path
) -> None:
    receiver.open.clear()
    settings = {"webhook_url": receiver.url, "webhook_token": TOKEN}
    config = BackendConfig(tmp_path / "data", settings=settings)
    async with Backend(config) as backend, wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await alice.call("addFriend", userID="bob")
        assert await alice.code("sendMessage", userID="bob", msgID="m", text="Hello") == 0
        await bob.push("onRecvNewMessage")
        receiver.open.set()
        received = await receiver.wait_for(4)
        app_id = str(backend.app_key.sdk_app_id)
    assert {one.query["SdkAppid"] for one in received} == {app_id}
    assert {one.query["CallbackCommand"] for one in received} >= {
        "State.StateChange",
        "Sns.CallbackFriendAdd",
        "C2C.CallbackAfterSendMsg",
    }
    (message,) = [one for one in received if "MsgBody" in one.body]
    assert (message.query["OptPlatform"], message.body["UnreadMsgNum"]) == ("Linux", 1)
    left = [one.body["Info"] for one in receiver.received if "Info" in one.body][2:]
    assert sorted(info["To_Account"] for info in left) == ["alice", "bob"]
    assert {(info["Action"], info["Reason"]) for info in left} == {("Disconnect", "LinkClose")}
