"""Settings of the app follow the console while the backend runs, and the options of its start."""

import hashlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from imtui.protocol.messages import CloseCode
from imtui.server.core.console import Console
from imtui.server.core.logins.administration import get_console
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig, present
from imtui.server.node.data_dir import BackendError
from tests.server.callbacks.callback_receiver import CallbackReceiver, Received, callback_receiver
from tests.server.commands.test_rest import post
from tests.server.wire import wire


@pytest.fixture
async def receiver() -> AsyncIterator[CallbackReceiver]:
    async with callback_receiver() as running:
        yield running


@pytest.fixture
async def other() -> AsyncIterator[CallbackReceiver]:
    async with callback_receiver() as running:
        yield running


async def set_console(backend: Backend, **settings: Any) -> None:
    answer = await post(backend, "v4/imtui_console/set", {"Settings": settings})
    assert answer["ErrorCode"] == 0, answer


def console_of(backend: Backend) -> Console:
    return get_console(backend.core.core.admin(present()))


def texts(received: list[Received]) -> list[str]:
    return [
        one.body["MsgBody"][0]["MsgContent"]["Text"] for one in received if "MsgBody" in one.body
    ]


async def test_a_webhook_that_is_set_is_called_at_once_and_one_that_is_removed_no_more(
    tmp_path: Path, receiver: CallbackReceiver
) -> None:
    async with Backend(BackendConfig(tmp_path)) as backend, wire(backend) as alice:
        await alice.login("bob")
        await alice.login("alice")
        await set_console(
            backend, webhook_url=receiver.url, webhook_commands=["C2C.CallbackAfterSendMsg"]
        )
        assert await alice.code("sendMessage", userID="bob", msgID="m1", text="one") == 0
        await receiver.wait_for(1)
        await set_console(backend, webhook_url="")
        assert await alice.code("sendMessage", userID="bob", msgID="m2", text="two") == 0
        await set_console(backend, webhook_url=receiver.url)
        assert await alice.code("sendMessage", userID="bob", msgID="m3", text="three") == 0
        await receiver.wait_for(2)
    assert texts(receiver.received) == ["one", "three"]


async def test_what_waits_goes_to_the_new_address_with_the_new_token(
    tmp_path: Path, receiver: CallbackReceiver, other: CallbackReceiver
) -> None:
    receiver.status_of = lambda body: 500
    settings = {"webhook_url": receiver.url, "webhook_token": "the first"}
    config = BackendConfig(tmp_path, settings=settings)
    async with Backend(config) as backend, wire(backend) as alice:
        await alice.login("bob")
        await alice.login("alice")
        await receiver.wait_for(1)
        await set_console(backend, webhook_url=other.url, webhook_token="the second")
        assert await alice.code("sendMessage", userID="bob", msgID="m1", text="one") == 0
        await other.wait_until(lambda: texts(other.received) == ["one"])
        await other.wait_until(lambda: len(other.accepted) >= 4)
    for one in other.received:
        sign = hashlib.sha256(("the second" + one.query["RequestTime"]).encode()).hexdigest()
        assert one.query["Sign"] == sign
    assert "logged in" not in str(receiver.accepted)


async def test_what_waits_and_nobody_wants_any_more_is_dropped(
    tmp_path: Path, receiver: CallbackReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.status_of = lambda body: 500
    config = BackendConfig(tmp_path, settings={"webhook_url": receiver.url})
    async with Backend(config) as backend, wire(backend) as alice:
        await alice.login("bob")
        await alice.login("alice")
        assert await alice.code("sendMessage", userID="bob", msgID="m1", text="one") == 0
        sender = backend.core.webhooks._after
        assert sender is not None
        waiting = sender.waiting
        await set_console(backend, webhook_commands=["C2C.CallbackAfterSendMsg"])
        assert 1 <= sender.waiting < waiting
        await set_console(backend, webhook_url="")
        assert sender.waiting == 0
        assert await alice.code("sendMessage", userID="bob", msgID="m2", text="two") == 0
        assert sender.waiting == 0
    async with Backend(BackendConfig(tmp_path)) as backend:
        assert backend.core.host.commits.failure == ""
    assert "there is no webhook_url now" not in caplog.text


async def test_what_is_asked_before_an_event_follows_the_console(
    tmp_path: Path, receiver: CallbackReceiver, other: CallbackReceiver
) -> None:
    for one in (receiver, other):
        one.reply = {"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 1}
    async with Backend(BackendConfig(tmp_path)) as backend, wire(backend) as alice:
        await alice.login("bob")
        await alice.login("alice")
        assert await alice.code("sendMessage", userID="bob", msgID="m1", text="one") == 0
        commands = ["C2C.CallbackBeforeSendMsg"]
        await set_console(backend, webhook_url=receiver.url, webhook_commands=commands)
        assert await alice.code("sendMessage", userID="bob", msgID="m2", text="two") == 20006
        await set_console(backend, webhook_url=other.url)
        assert await alice.code("sendMessage", userID="bob", msgID="m3", text="three") == 20006
        assert (texts(receiver.received), texts(other.received)) == (["two"], ["three"])
        await set_console(backend, webhook_commands="")
        assert await alice.code("sendMessage", userID="bob", msgID="m4", text="four") == 0
        await set_console(backend, webhook_commands=commands)
        assert await alice.code("sendMessage", userID="bob", msgID="m5", text="five") == 20006
        await set_console(backend, webhook_url="")
        assert await alice.code("sendMessage", userID="bob", msgID="m5", text="five") == 0


async def test_a_changed_heartbeat_timeout_counts_from_the_next_login(tmp_path: Path) -> None:
    async with Backend(BackendConfig(tmp_path)) as backend, wire(backend) as alice:
        first = await alice.login("alice")
        assert first["heartbeatInterval"] == 25
        await set_console(backend, heartbeat_timeout="0.2")
        async with wire(backend) as bob:
            second = await bob.login("bob")
            assert second["heartbeatInterval"] == pytest.approx(0.05)
            assert await bob.close_code() == CloseCode.HEARTBEAT_MISSED
        assert await alice.code("heartbeat") == 0


async def test_options_of_the_start_are_stored_once_and_audited(
    tmp_path: Path, receiver: CallbackReceiver
) -> None:
    given = {"webhook_url": receiver.url, "webhook_token": "a secret", "heartbeat_timeout": 7.5}
    for settings in (given, given, {}):
        async with Backend(BackendConfig(tmp_path, settings=settings)) as backend:
            console = console_of(backend)
            assert (console.webhook_url, console.webhook_token) == (receiver.url, "a secret")
            assert console.heartbeat_timeout == 7.5
    lines = (tmp_path / "audit.jsonl").read_bytes().splitlines()
    audited = [msgspec.json.decode(line) for line in lines]
    assert [(one["kind"], one["what"]) for one in audited] == [
        ("admin", "start/webhook_url"),
        ("admin", "start/webhook_token"),
        ("admin", "start/heartbeat_timeout"),
    ]
    assert b"a secret" not in b"".join(lines)


async def test_a_wrong_option_of_the_start_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(BackendError, match="heartbeat_timeout is a number of seconds"):
        await Backend(BackendConfig(tmp_path, settings={"heartbeat_timeout": 0})).__aenter__()
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
