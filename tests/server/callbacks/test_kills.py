"""Callbacks outlive the backend: whatever was told or answered is told to the app's server."""

import asyncio
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from imtui.protocol.rest.callback import AFTER_EVENTS, CallbackCommand
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError
from tests.server.callbacks.callback_receiver import CallbackReceiver, callback_receiver
from tests.server.served import Served
from tests.server.wire import lift_quotas, wire


def texts(receiver: CallbackReceiver) -> list[str]:
    """Return the texts that the receiver accepted, each once, in the order of their arrival."""
    bodies = [one.body for one in receiver.accepted if "MsgBody" in one.body]
    told = [body["MsgBody"][0]["MsgContent"]["Text"] for body in bodies]
    return list(dict.fromkeys(told))


def check_events(receiver: CallbackReceiver) -> None:
    """Check that an event ID stands for one event, and an event has one."""
    bodies: dict[str, dict[str, Any]] = {}
    for one in receiver.received:
        assert bodies.setdefault(one.body["EventID"], one.body) == one.body
    messages = [body["MsgKey"] for body in bodies.values() if "MsgBody" in body]
    assert len(messages) == len(set(messages))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_what_waits_at_the_end_is_sent_after_the_restart(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with callback_receiver() as receiver:
        receiver.status_of = lambda body: 503
        served = await Served.start(tmp_path, "--webhook", receiver.url)
        async with wire(served) as alice:
            await alice.login("bob")
            await alice.login("alice")
            for name in ("one", "two", "three"):
                assert await alice.code("sendMessage", userID="bob", msgID=name, text=name) == 0
        await served.kill(number)
        assert texts(receiver) == []
        receiver.status_of = None
        served = await Served.start(tmp_path, "--webhook", receiver.url)
        await receiver.wait_until(lambda: texts(receiver) == ["one", "two", "three"])
        await served.kill(signal.SIGTERM)
        check_events(receiver)
        addresses = [one.query["ClientIP"] for one in receiver.accepted if "MsgBody" in one.body]
        assert addresses == ["127.0.0.1"] * 3
        accepted = [one.body for one in receiver.accepted]
        states = [one["Info"] for one in accepted if "Info" in one]
        assert [one["Action"] for one in states if one["To_Account"] == "alice"] == [
            "Login",
            "Disconnect",
        ]
        # The removals are committed at the end, so nothing is sent again.
        before = len(receiver.received)
        served = await Served.start(tmp_path, "--webhook", receiver.url)
        async with wire(served) as alice:
            await alice.login("alice")
            await receiver.wait_for(before + 1)
        await served.kill()
        assert {one.body["Info"]["Action"] for one in receiver.received[before:]} <= {
            "Login",
            "Disconnect",
        }


async def test_after_each_kill_9_every_message_that_was_answered_is_told(tmp_path: Path) -> None:
    answered: list[str] = []
    async with callback_receiver() as receiver:
        for life in range(4):
            served = await Served.start(tmp_path, "--webhook", receiver.url)
            await lift_quotas(served)
            async with wire(served) as alice:
                await alice.login("bob")
                await alice.login("alice")
                sending = asyncio.create_task(_send(alice, life, answered))
                await receiver.wait_for(len(receiver.received) + 20)
                await served.kill()
                await asyncio.wait({sending})
        served = await Served.start(tmp_path, "--webhook", receiver.url)
        await receiver.wait_until(lambda: set(answered) <= set(texts(receiver)))
        await served.kill(signal.SIGTERM)
        assert [text for text in texts(receiver) if text in set(answered)] == answered
        check_events(receiver)


async def _send(alice: Any, life: int, answered: list[str]) -> None:
    for number in range(100_000):
        name = f"{life}-{number}"
        assert await alice.code("sendMessage", userID="bob", msgID=name, text=name) == 0
        answered.append(name)


async def test_what_waits_is_dropped_at_a_start_without_a_webhook(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    config = BackendConfig(tmp_path, settings={"webhook_url": dead})
    async with Backend(config) as backend, wire(backend) as alice:
        await alice.login("alice")
    async with Backend(BackendConfig(tmp_path, settings={"webhook_url": ""})):
        pass
    assert "callbacks dropped: there is no webhook_url now" in caplog.text
    store = SQLiteStore(tmp_path / "imtui.db")
    assert store.callbacks() == []
    store.close()


async def test_nothing_is_told_until_it_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The disk is broken.")

    async with callback_receiver() as receiver:
        commands = AFTER_EVENTS - {CallbackCommand.STATE_CHANGE}
        settings = {"webhook_url": receiver.url, "webhook_commands": list(commands)}
        config = BackendConfig(tmp_path, settings=settings)
        async with Backend(config) as backend, wire(backend) as alice:
            await alice.login("bob")
            await alice.login("alice")
            with monkeypatch.context() as patched:
                patched.setattr(SQLiteStore, "commit", fail)
                assert await alice.code("sendMessage", userID="bob", msgID="m", text="one") == 70500
                for _ in range(5):
                    assert await alice.code("heartbeat") == 0
                assert receiver.received == []
            await receiver.wait_for(1)
            assert texts(receiver) == ["one"]
