"""Messages through real sockets: on disk before anybody is told, whatever fails."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from imtui.protocol.jsonrpc import encode_push
from imtui.protocol.messages import Push
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.store.sqlite.archive import SQLiteArchive
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError
from tests.server.served import Served
from tests.server.wire import Message, Wire, lift_quotas, wire


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let somebody else have the database, so that nothing can be written."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


async def history(client: Wire, peer: str) -> list[str]:
    answer = await client.call("getC2CHistoryMessageList", userID=peer, count=100)
    return [message["text"] for message in answer["result"]["messageList"]]


async def works_again(client: Wire) -> None:
    while await client.code("getConversationList") == 70500:
        pass


async def test_a_message_that_could_not_be_kept_is_told_to_nobody_until_it_is(
    backend: Backend, tmp_path: Path
) -> None:
    database = tmp_path / "data" / "imtui.db"
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await alice.call("sendMessage", userID="bob", msgID="m1", text="one")
        await bob.push("onRecvNewMessage")
        params = {"userID": "bob", "msgID": "m2", "text": "two"}
        with locked(database):
            assert await alice.code("sendMessage", **params) == 70500
            assert await alice.code("sendMessage", **params) == 70500
            assert await alice.code("sendMessage", **(params | {"msgID": "m3"})) == 70500
            # Not on disk, so not shown either: after a power cut another one may have its place.
            assert await bob.code("getC2CHistoryMessageList", userID="alice") == 70500
            assert await bob.code("getC2CHistoryMessageList", userID="nobody") == 70500
            assert await bob.code("getChangedMessages", userID="nobody") == 70500
            assert await bob.code("heartbeat") == 0
            assert "onRecvNewMessage" not in [push["method"] for push in bob.pushes]
        await works_again(alice)
        told = (await bob.push("onRecvNewMessage"))["messageList"]
        answer = await alice.call("sendMessage", **params)
        assert told == [answer["result"]["message"]]
        assert (told[0]["seq"], told[0]["text"]) == (2, "two")
        assert await history(bob, "alice") == ["two", "one"]
        assert not [push for push in bob.pushes if push["method"] == "onRecvNewMessage"]


async def test_reads_and_pins_that_could_not_be_kept_are_refused_and_kept_later(
    backend: Backend, tmp_path: Path
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await alice.call("sendMessage", userID="bob", msgID="m1", text="one")
        clean = ("cleanConversationUnreadMessageCount", {"conversationID": "c2c_alice"})
        with locked(tmp_path / "data" / "imtui.db"):
            assert await bob.code(clean[0], **clean[1]) == 70500
            assert await bob.code("pinConversation", conversationID="c2c_alice", isPinned=True)
            assert await alice.code("heartbeat") == 0
            assert "onRecvC2CReadReceipt" not in [push["method"] for push in alice.pushes]
        await works_again(bob)
        receipts = (await alice.push("onRecvC2CReadReceipt"))["receiptList"]
        assert [(one["userID"], one["readSeq"]) for one in receipts] == [("bob", 1)]
        assert await bob.code(clean[0], **clean[1]) == 0


async def test_a_search_that_fails_is_answered_with_70500_and_changes_nothing(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The disk is broken.")

    async with wire(backend) as alice:
        await alice.login("bob")
        await alice.login("alice")
        params = {"userID": "bob", "msgID": "m", "text": "hello"}
        with monkeypatch.context() as patch:
            patch.setattr(SQLiteArchive, "find", fail)
            assert await alice.code("sendMessage", **params) == 70500
        answer = await alice.call("sendMessage", **params)
        assert answer["result"]["message"]["seq"] == 1


async def test_messages_that_were_sent_in_one_go_are_one_commit_each_turn_and_all_there(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = 0
    commit = SQLiteStore.commit

    def counted(store: SQLiteStore) -> None:
        nonlocal commits
        commits += store._pending.has_changes
        commit(store)

    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await lift_quotas(backend)
        monkeypatch.setattr(SQLiteStore, "commit", counted)
        for number in range(200):
            await alice.notify("sendMessage", userID="bob", msgID=f"m{number}", text=str(number))
        seqs: list[int] = []
        while len(seqs) < 200:
            for message in (await bob.push("onRecvNewMessage"))["messageList"]:
                seqs.append(message["seq"])
        assert seqs == list(range(1, 201))
        assert commits < 100
        assert len(await history(bob, "alice")) == 100


async def test_a_message_is_encoded_once_for_all_who_are_told(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[Push] = []

    def counted(push: Push, params: Any) -> bytes:
        encoded.append(push)
        return encode_push(push, params)

    async with wire(backend) as alice, wire(backend) as bob, wire(backend) as phone:
        await alice.login("alice")
        await bob.login("bob")
        await phone.login("bob", instanceID="phone")
        monkeypatch.setattr("imtui.server.core.delivery.encode_push", counted)
        await alice.call("sendMessage", userID="bob", msgID="m", text="hello")
        assert await bob.push("onRecvNewMessage") == await phone.push("onRecvNewMessage")
        assert encoded == [Push.RECV_NEW_MESSAGE]


async def test_who_does_not_read_is_told_that_messages_were_missed_and_finds_them_all(
    backend: Backend,
) -> None:
    amount = 3000
    await lift_quotas(backend)
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        bob.socket.transport.pause_reading()
        for number in range(amount):
            await alice.notify("sendMessage", userID="bob", msgID=f"m{number}", text="x" * 4000)
        assert await alice.code("heartbeat") == 0
        bob.socket.transport.resume_reading()
        assert await bob.code("heartbeat") == 0
        received: list[int] = []
        missed = 0
        for told in bob.pushes:
            missed += told["method"] == "onMessagesMissed"
            if told["method"] == "onRecvNewMessage":
                received += [message["seq"] for message in told["params"]["messageList"]]
        assert missed > 0
        assert received == sorted(received)
        assert len(received) < amount
        bob.pushes.clear()
        since, found = 0, 0
        while since < amount:
            answer = await bob.call("getChangedMessages", userID="alice", sinceVersion=since)
            since = answer["result"]["messageList"][-1]["version"]
            found += len(answer["result"]["messageList"])
        assert found == amount
        assert not [push for push in bob.pushes if push["method"] == "onMessagesMissed"]


async def test_after_kill_9_every_message_that_was_answered_or_told_is_there_once(
    tmp_path: Path,
) -> None:
    served = await Served.start(tmp_path)
    await lift_quotas(served)
    answered: dict[str, Message] = {}
    told: dict[str, Message] = {}
    async with wire(served) as alice, wire(served) as bob:
        await alice.login("alice")
        await bob.login("bob")

        async def send() -> None:
            for number in range(100_000):
                answer = await alice.call(
                    "sendMessage", userID="bob", msgID=f"m{number}", text=str(number)
                )
                answered[f"m{number}"] = answer["result"]["message"]

        enough = asyncio.Event()

        async def receive() -> None:
            while True:
                for message in (await bob.push("onRecvNewMessage"))["messageList"]:
                    told[message["msgID"]] = message
                if len(told) >= 50:
                    enough.set()

        under_way = [asyncio.create_task(send()), asyncio.create_task(receive())]
        await enough.wait()
        await served.kill()
        await asyncio.wait(under_way)
        assert all(task.exception() is not None for task in under_way)
    served = await Served.start(tmp_path)
    async with wire(served) as alice, wire(served) as bob:
        await alice.login("alice")
        await bob.login("bob")
        last = f"m{len(answered)}"
        again = await alice.call("sendMessage", userID="bob", msgID=last, text=last[1:])
        answered[last] = again["result"]["message"]
        kept: dict[str, Message] = {}
        is_finished = False
        while not is_finished:
            answer = (await bob.call("getChangedMessages", userID="alice", sinceVersion=len(kept)))[
                "result"
            ]
            kept |= {message["msgID"]: message for message in answer["messageList"]}
            is_finished = answer["isFinished"]
        assert [message["seq"] for message in kept.values()] == list(range(1, len(kept) + 1))
        assert kept == answered
        assert told.items() <= kept.items()
        (conversation,) = (await bob.call("getConversationList"))["result"]["conversationList"]
        assert conversation["unreadCount"] == len(kept)
    await served.kill()


async def test_messages_are_there_after_the_backend_was_stopped(tmp_path: Path) -> None:
    async with Backend(BackendConfig(tmp_path)) as backend, wire(backend) as alice:
        await alice.login("bob")
        await alice.login("alice")
        await alice.call("sendMessage", userID="bob", msgID="m1", text="one")
    async with Backend(BackendConfig(tmp_path)) as backend, wire(backend) as bob:
        await bob.login("bob")
        assert await history(bob, "alice") == ["one"]
