"""Messages between clients of the real backend, over real sockets."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from imtui.sdk import Backoff, IMClient, Message, MessageStatus, ReceiveOpt
from imtui.sdk.rest import RestClient
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.over_edges import new_backend
from tests.sdk.recorder import Recorder
from tests.sdk.relay import relay_to
from tests.sdk.test_with_backend import code_of, device, sig_of


@pytest.fixture
async def backend(tmp_path: Path, edges: int) -> AsyncIterator[Backend]:
    async with new_backend(BackendConfig(tmp_path / "data"), edges) as running:
        yield running


async def registered(backend: Backend, *user_ids: str) -> None:
    """Register accounts that are not logged in."""
    for user_id in user_ids:
        async with device(backend, user_id):
            pass


def unread(client: IMClient, user_id: str, count: int) -> Callable[[Recorder], bool]:
    def holds(_: Recorder) -> bool:
        info = client.get_conversation(f"c2c_{user_id}")
        return info is not None and info.unread_count == count

    return holds


async def test_two_users_exchange_messages_and_read_receipts(backend: Backend) -> None:
    async with (
        device(backend, "alice") as (alice, recorder),
        device(backend, "bob") as (bob, watcher),
    ):
        sent = await alice.send_c2c_text_message("hello 👋", "bob", cloud_custom_data='{"a": 1}')
        await watcher.saw("received")
        received = watcher.events[[e[0] for e in watcher.events].index("received")][1]
        assert received == sent
        assert (sent.seq, sent.version, sent.cloud_custom_data) == (1, 1, '{"a": 1}')
        await bob.send_c2c_custom_message(b"\0\1\2", "alice")
        await recorder.saw("received")
        assert bob.get_total_unread_message_count() == 1
        await bob.clean_conversation_unread_message_count("c2c_alice")
        assert bob.get_total_unread_message_count() == 0
        await recorder.saw("receipts")
        info = alice.get_conversation("c2c_bob")
        assert info is not None
        assert info.last_message is not None
        assert (info.peer_read_seq, info.unread_count) == (2, 1)
        assert info.last_message.data == b"\0\1\2"


async def test_a_second_device_follows_every_change(backend: Backend) -> None:
    async with (
        device(backend, "bob"),
        device(backend, "alice") as (desk, _),
        device(backend, "alice") as (couch, recorder),
    ):
        await couch.get_conversation_list()
        sent = await desk.send_c2c_text_message("from the desk", "bob")
        await recorder.until(lambda r: r.received("alice") == ["from the desk"])
        assert couch.get_total_unread_message_count() == 0
        await desk.pin_conversation("c2c_bob", True)
        await desk.set_c2c_receive_message_opt(["bob"], ReceiveOpt.RECEIVE_NOT_NOTIFY)

        def follows(_: Recorder) -> bool:
            info = couch.get_conversation("c2c_bob")
            return info is not None and info.is_pinned and info.recv_opt == 2

        await recorder.until(follows)
        await desk.revoke_message(sent)
        await recorder.saw("changed")
        history = await couch.get_c2c_history_message_list("bob")
        assert [(m.text, m.status) for m in history] == [("", MessageStatus.LOCAL_REVOKED)]
        await desk.delete_messages(history)
        await recorder.until(lambda r: r.count("changed") == 2)
        assert await couch.get_c2c_history_message_list("bob") == []
        assert await desk.get_c2c_history_message_list("bob") == []


async def send_by_rest(backend: Backend, command: str, **body: Any) -> None:
    key = backend.app_key
    sig = sig_of(backend, "administrator")
    rest = RestClient(backend.address.rest, key.sdk_app_id, "administrator", sig)
    await rest.call(command, body)


async def test_a_new_device_finds_messages_that_no_list_shows(backend: Backend) -> None:
    await registered(backend, "alice", "bob", "carol")
    for number, control in enumerate(([], ["NoLastMsg"])):
        element = {"MsgType": "TIMTextElem", "MsgContent": {"Text": f"text {number}"}}
        for sender in ("bob", "carol"):
            await send_by_rest(
                backend,
                "openim/sendmsg",
                From_Account=sender,
                To_Account="alice",
                MsgRandom=number,
                MsgBody=[element],
                SendMsgControl=control,
            )
    # The conversation disappears from the list, but its messages stay.
    await send_by_rest(
        backend, "recentcontact/delete", From_Account="alice", To_Account="carol", Type=1
    )
    async with device(backend, "alice") as (alice, recorder):
        await recorder.synced()
        assert [one.user_id for one in (await alice.get_conversation_list()).conversations] == [
            "bob"
        ]
        for sender in ("bob", "carol"):
            history = await alice.get_c2c_history_message_list(sender)
            assert [message.text for message in history] == ["text 1", "text 0"]


async def test_an_offline_user_finds_everything_later(backend: Backend) -> None:
    await registered(backend, "bob")
    async with device(backend, "alice") as (alice, recorder):
        for number in range(30):
            alice.queue_c2c_text_message(f"text {number}", "bob")
        await recorder.saw("sent", 30)
        assert alice.outbox_messages("bob") == []
    async with device(backend, "bob") as (bob, watcher):
        await watcher.synced()
        assert watcher.count("received") == 0
        assert bob.get_total_unread_message_count() == 30
        page = await bob.get_c2c_history_message_list("alice", 25)
        page += await bob.get_c2c_history_message_list("alice", 25, page[-1])
        assert [m.text for m in page] == [f"text {number}" for number in range(29, -1, -1)]


async def test_a_device_that_was_away_receives_each_message_once(
    backend: Backend, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"storage_dir": tmp_path / "storage", "instance_id": "desk"}
    async with device(backend, "alice") as (alice, _):
        async with device(backend, "bob", **options) as (_, first):
            await first.synced()
            await alice.send_c2c_text_message("one", "bob")
            await first.saw("received")
        second = await alice.send_c2c_text_message("two", "bob")
        await alice.send_c2c_text_message("three", "bob")
        await alice.revoke_message(second)
        async with device(backend, "bob", **options) as (bob, recorder):
            await recorder.synced()
            assert recorder.received("alice") == ["three"]
            assert bob.get_total_unread_message_count() == 2
            history = await bob.get_c2c_history_message_list("alice")
            assert [m.text for m in history] == ["three", "", "one"]
    bob = IMClient("ws://127.0.0.1:1", backend.address.sdk_app_id, **options)
    async with bob:
        await code_of(bob.login("bob", "sig"))
        history = await bob.get_c2c_history_message_list("alice")
        assert [m.text for m in history] == ["three", "", "one"]
        assert bob.get_total_unread_message_count() == 2


async def test_nothing_is_lost_or_doubled_over_cuts(backend: Backend) -> None:
    async with (
        device(backend, "bob") as (_, watcher),
        relay_to(backend.address.ws) as relay,
        device(backend, "alice", relay.url, backoff=Backoff(0.01, 0.02)) as (alice, recorder),
    ):
        texts = [f"text {number}" for number in range(40)]
        for number, text in enumerate(texts):
            alice.queue_c2c_text_message(text, "bob")
            if number % 10 == 5:
                await recorder.saw("sent", number - 4)
                relay.drop()
        await recorder.saw("sent", 40)
        await watcher.saw("received", 40)
        assert watcher.received("alice") == texts
        assert recorder.count("received") == 0
        assert [e[1].text for e in recorder.events if e[0] == "sent"] == texts


async def test_messages_sent_during_a_cut_are_received_after_it(backend: Backend) -> None:
    async with (
        device(backend, "bob") as (bob, _),
        relay_to(backend.address.ws) as relay,
        device(backend, "alice", relay.url) as (alice, recorder),
    ):
        await recorder.synced()
        await bob.send_c2c_text_message("one", "alice")
        await recorder.saw("received")
        relay.freeze()
        for text in ("two", "three"):
            await bob.send_c2c_text_message(text, "alice")
        relay.drop()
        await recorder.saw("received", 3)
        assert recorder.received("bob") == ["one", "two", "three"]
        await recorder.until(unread(alice, "bob", 3))


async def test_deleting_a_conversation_leaves_nothing_until_the_next_message(
    backend: Backend,
) -> None:
    async with (
        device(backend, "bob") as (bob, _),
        device(backend, "alice") as (desk, recorder),
        device(backend, "alice") as (couch, other),
    ):
        await bob.send_c2c_text_message("old", "alice")
        await recorder.saw("received")
        await other.saw("received")
        await desk.delete_conversation("c2c_bob")
        assert desk.get_conversation("c2c_bob") is None
        await other.until(lambda _: couch.get_conversation("c2c_bob") is None)
        await bob.send_c2c_text_message("new", "alice")
        await recorder.saw("received", 2)
        await other.saw("received", 2)
        for client in (desk, couch):
            history = await client.get_c2c_history_message_list("bob")
            assert [m.text for m in history] == ["new"]
            assert client.get_total_unread_message_count() == 1
        assert len(await bob.get_c2c_history_message_list("alice")) == 2


async def test_refusals_carry_the_backends_code(backend: Backend) -> None:
    async with device(backend, "bob"), device(backend, "alice") as (alice, recorder):
        assert await code_of(alice.send_c2c_text_message("hi", "nobody")) == 20003
        assert await code_of(alice.revoke_message(Message("no", "alice", "bob"))) == 20022
        assert await code_of(alice.pin_conversation("c2c_nobody", True)) == 20003
        sent = await alice.send_c2c_text_message("hi", "bob")
        await alice.revoke_message(sent)
        assert await code_of(alice.revoke_message(sent)) == 20023
        alice.queue_c2c_text_message("hi", "nobody")
        await recorder.saw("send failed")
        assert [m.status for m in alice.outbox_messages("nobody")] == [MessageStatus.SEND_FAIL]


async def test_typing_reaches_connected_devices_and_is_not_stored(backend: Backend) -> None:
    async with device(backend, "bob") as (bob, recorder), device(backend, "alice") as (alice, _):
        await alice.send_c2c_custom_message(b'{"typingStatus": 1}', "bob", online_user_only=True)
        await recorder.saw("received")
        assert await bob.get_c2c_history_message_list("alice") == []
        assert bob.get_total_unread_message_count() == 0


async def test_a_login_that_comes_late_sends_what_was_queued(backend: Backend) -> None:
    await registered(backend, "bob")
    recorder = Recorder()
    async with IMClient(backend.address.ws, backend.address.sdk_app_id) as client:
        client.add_im_sdk_listener(recorder)
        await code_of(client.login("alice", "rubbish"))
        queued = client.queue_c2c_text_message("patience", "bob")
        assert queued.status is MessageStatus.SENDING
        await client.login("alice", sig_of(backend, "alice"))
        await recorder.saw("sent")
        history = await client.get_c2c_history_message_list("bob")
        assert [m.msg_id for m in history] == [queued.msg_id]


async def test_messages_stored_without_a_push_appear_in_the_history(backend: Backend) -> None:
    async with device(backend, "alice") as (alice, _), device(backend, "bob") as (bob, recorder):
        await recorder.synced()
        await alice.send_c2c_text_message("one", "bob")
        await recorder.saw("received")
        await bob.set_c2c_receive_message_opt(["alice"], ReceiveOpt.NOT_RECEIVE)
        await alice.send_c2c_text_message("two", "bob")
        history = await bob.get_c2c_history_message_list("alice")
        assert [m.text for m in history] == ["two", "one"]
        await recorder.until(unread(bob, "alice", 2))
        assert bob.get_total_unread_message_count() == 0
        assert recorder.received("alice") == ["one", "two"]
