"""Messages of a client against a backend that loses answers and breaks connections."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from imtui.protocol.chat import Message, MessageStatus
from imtui.sdk import IMClient, IMError, ReceiveOpt, new_msg_id
from tests.sdk.fake_backend import (
    SILENCE,
    FakeBackend,
    Peer,
    Refusal,
    client_of,
    fake_backend,
)
from tests.sdk.messages.message_world import (
    ME,
    MessageWorld,
    Push,
    changed_conversation,
    changed_messages,
    new_message,
    wire,
)
from tests.sdk.recorder import Recorder
from tests.sdk.virtual_time import in_virtual_time

GARBAGE: list[Any] = [None, [], 5, {}, {"messageList": [5]}, {"conversationList": [{}]}]


async def push(fake: FakeBackend, pushed: Push) -> None:
    await fake.peer.push(pushed[0], wire(pushed[1]))


def answering(answer: Any) -> Any:
    return lambda peer, params: answer


async def code_of(call: Any) -> int:
    with pytest.raises(IMError) as error:
        await call
    return int(error.value.code)


def code_at_once(call: Callable[[], object]) -> int:
    with pytest.raises(IMError) as error:
        call()
    return int(error.value.code)


@asynccontextmanager
async def talking(
    world: MessageWorld | None = None, **options: Any
) -> AsyncIterator[tuple[FakeBackend, MessageWorld, IMClient, Recorder]]:
    """Give a client that is logged in and synced, with the messages of its backend."""
    world = world or MessageWorld()
    async with fake_backend() as fake, client_of(fake, **options) as client:
        fake.handlers.update(world.answers())
        recorder = Recorder()
        client.add_im_sdk_listener(recorder)
        await client.login(ME, "sig")
        await recorder.synced()
        recorder.clear()
        yield fake, world, client, recorder


async def come_back(fake: FakeBackend, recorder: Recorder, syncs: int = 2) -> None:
    fake.peer.cut()
    await recorder.synced(syncs)


def lose_the_next_answer(fake: FakeBackend, method: str) -> None:
    """Carry out the next request and break the connection instead of answering it."""
    handler = fake.handlers[method]

    def once(peer: Peer, params: dict[str, Any]) -> Any:
        handler(peer, params)
        fake.handlers[method] = handler
        peer.cut()
        return SILENCE

    fake.handlers[method] = once


@in_virtual_time
async def test_sending_returns_the_message_as_accepted() -> None:
    async with talking() as (_fake, world, client, recorder):
        sent = await client.send_c2c_text_message("hello", "bob")
        assert (sent.seq, sent.text, sent.status) == (1, "hello", MessageStatus.SEND_SUCC)
        assert world.talk("bob").messages == [sent]
        info = client.get_conversation("c2c_bob")
        assert info is not None
        assert (info.last_message, info.unread_count) == (sent, 0)
        assert recorder.names.count("sent") == 1
        assert "received" not in recorder.names


@in_virtual_time
async def test_invalid_messages_are_refused_before_anything_is_sent() -> None:
    async with talking() as (fake, _world, client, _recorder):
        for call in (client.send_c2c_text_message, client.queue_c2c_text_message):
            for text, user_id, code in (
                (" ", "bob", 6017),
                ("a\0", "bob", 6017),
                ("hi", "not a user", 6017),
                ("hi", ME, 6032),
                ("x" * 12_289, "bob", 8001),
            ):
                if call == client.queue_c2c_text_message:
                    with pytest.raises(IMError) as error:
                        client.queue_c2c_text_message(text, user_id)
                    assert error.value.code == code
                else:
                    assert await code_of(client.send_c2c_text_message(text, user_id)) == code
        assert await code_of(client.send_c2c_text_message("hi", "bob", msg_id="no id")) == 6017
        assert await code_of(client.send_c2c_custom_message(b"", "bob")) == 6017
        assert fake.methods() == ["login"]


@in_virtual_time
async def test_the_same_id_again_after_a_lost_answer_makes_no_double() -> None:
    async with talking() as (fake, world, client, recorder):
        lose_the_next_answer(fake, "sendMessage")
        msg_id = new_msg_id("bob")
        assert await code_of(client.send_c2c_text_message("once", "bob", msg_id=msg_id)) == 9520
        await recorder.synced(2)
        sent = await client.send_c2c_text_message("once", "bob", msg_id=msg_id)
        assert world.talk("bob").messages == [sent]
        assert recorder.count("sent") == 1
        assert recorder.count("received") == 0


@in_virtual_time
async def test_a_queued_message_whose_answer_is_lost_arrives_exactly_once() -> None:
    async with talking() as (fake, world, client, recorder):
        lose_the_next_answer(fake, "sendMessage")
        client.queue_c2c_text_message("once", "bob")
        client.queue_c2c_text_message("twice", "bob")
        await recorder.saw("sent", 2)
        assert [m.text for m in world.talk("bob").messages] == ["once", "twice"]
        assert [e[1].text for e in recorder.events if e[0] == "sent"] == ["once", "twice"]
        assert recorder.count("received") == 0
        assert client.outbox_messages("bob") == []


@in_virtual_time
async def test_a_message_without_an_answer_is_sent_again() -> None:
    async with talking() as (fake, world, client, recorder):
        answers = fake.handlers["sendMessage"]
        silent = iter([True, True, False])

        def sometimes(peer: Peer, params: dict[str, Any]) -> Any:
            answer = answers(peer, params)
            return SILENCE if next(silent) else answer

        fake.handlers["sendMessage"] = sometimes
        client.queue_c2c_text_message("once", "bob")
        await recorder.saw("sent")
        assert len(world.talk("bob").messages) == 1


@pytest.mark.parametrize("cut_at", range(12))
def test_wherever_the_connection_breaks_all_queued_arrive_once_and_in_order(cut_at: int) -> None:
    @in_virtual_time
    async def run() -> None:
        async with talking() as (fake, world, client, recorder):
            count = 0

            def breaking(handler: Any) -> Any:
                def handle(peer: Peer, params: dict[str, Any]) -> Any:
                    nonlocal count
                    count += 1
                    if count == cut_at // 2:
                        if cut_at % 2:
                            handler(peer, params)
                        peer.cut()
                        return SILENCE
                    return handler(peer, params)

                return handle

            for method in ("sendMessage", "getConversationList", "getChangedMessages"):
                fake.handlers[method] = breaking(fake.handlers[method])
            texts = [f"text {number}" for number in range(4)]
            for text in texts:
                client.queue_c2c_text_message(text, "bob")
            await recorder.saw("sent", 4)
            assert [m.text for m in world.talk("bob").messages] == texts
            assert [e[1].text for e in recorder.events if e[0] == "sent"] == texts
            assert recorder.count("received") == 0

    run()


@in_virtual_time
async def test_a_refused_message_stays_until_it_is_resent() -> None:
    async with talking() as (fake, world, client, recorder):
        accept = fake.handlers["sendMessage"]

        def refuse(peer: Peer, params: dict[str, Any]) -> Any:
            raise Refusal(20003)

        fake.handlers["sendMessage"] = refuse
        queued = client.queue_c2c_text_message("hello", "bob")
        await recorder.saw("send failed")
        failed = client.outbox_messages("bob")
        assert [(m.msg_id, m.status) for m in failed] == [(queued.msg_id, MessageStatus.SEND_FAIL)]
        assert recorder.events[-1][2:] == (20003, "refused")
        fake.handlers["sendMessage"] = accept
        client.resend_message(queued.msg_id)
        await recorder.saw("sent")
        assert len(world.talk("bob").messages) == 1


@in_virtual_time
async def test_messages_queued_without_a_backend_are_sent_after_a_restart(tmp_path: Path) -> None:
    storage = tmp_path / "private"
    async with fake_backend() as fake:
        pass
    async with client_of(fake, storage_dir=storage, instance_id="desk") as client:
        assert code_at_once(lambda: client.queue_c2c_text_message("early", "bob")) == 6014
        assert await code_of(client.login(ME, "sig")) == 9511
        client.queue_c2c_text_message("written on the train", "bob")
        client.set_conversation_draft("c2c_bob", "and another thi")
    assert storage.stat().st_mode & 0o777 == 0o700
    async with talking(storage_dir=storage, instance_id="desk") as (_, world, client, recorder):
        await recorder.until(lambda _: not client.outbox_messages("bob"))
        assert [m.text for m in world.talk("bob").messages] == ["written on the train"]
        info = client.get_conversation("c2c_bob")
        assert info is not None
        assert info.draft_text == "and another thi"
    async with talking(storage_dir=storage, instance_id="couch") as (_, _, client, _):
        assert client.outbox_messages("bob") == []
        assert client.get_conversation("c2c_bob") is None


@in_virtual_time
async def test_clients_without_a_given_id_share_a_folder_and_lose_no_queue(tmp_path: Path) -> None:
    world = MessageWorld()
    async with fake_backend() as fake:
        fake.handlers["login"] = lambda peer, params: SILENCE
        clients = [client_of(fake, storage_dir=str(tmp_path), timeout=1) for _ in range(2)]
        for number, client in enumerate(clients):
            assert await code_of(client.login(ME, "sig")) == 9520
            client.queue_c2c_text_message(f"waits {number}", "bob")
        before = [client.instance_id for client in clients]
        assert len(set(before)) == 2
        for client in clients:
            await client.close()
        assert [client.instance_id for client in clients] == before
        fake.handlers.update(world.answers())
        fake.handlers["login"] = lambda peer, params: fake.login_answer(params)
        async with client_of(fake, storage_dir=tmp_path) as client:
            recorder = Recorder()
            client.add_im_sdk_listener(recorder)
            await client.login(ME, "sig")
            await recorder.saw("sent", 2)
            assert client.instance_id == before[0]
        assert [m.text for m in world.talk("bob").messages] == ["waits 0", "waits 1"]
    async with fake_backend() as other, client_of(other, storage_dir=tmp_path) as client:
        assert client.instance_id not in before


@in_virtual_time
async def test_a_message_whose_answer_a_restart_lost_is_reported_as_sent(
    tmp_path: Path,
) -> None:
    world = MessageWorld()
    options: dict[str, Any] = {"storage_dir": tmp_path, "instance_id": "desk"}
    async with talking(world, **options) as (fake, _, client, _):
        accept = fake.handlers["sendMessage"]

        def take_silently(peer: Peer, params: dict[str, Any]) -> Any:
            accept(peer, params)
            return SILENCE

        fake.handlers["sendMessage"] = take_silently
        client.queue_c2c_text_message("once", "bob")
        await fake.asked("sendMessage")
    recorder = Recorder()
    async with fake_backend() as fake, client_of(fake, **options) as client:
        fake.handlers.update(world.answers())
        fake.handlers["sendMessage"] = lambda peer, params: SILENCE
        client.add_im_sdk_listener(recorder)
        await client.login(ME, "sig")
        await recorder.synced()
        assert recorder.count("sent") == 1
        assert recorder.count("received") == 0
        assert client.outbox_messages("bob") == []
        assert len(world.talk("bob").messages) == 1


@in_virtual_time
async def test_closing_leaves_no_task_behind() -> None:
    async with fake_backend() as fake:
        before = asyncio.all_tasks()
        client = client_of(fake)
        fake.handlers["sendMessage"] = lambda peer, params: SILENCE
        await client.login(ME, "sig")
        client.queue_c2c_text_message("never answered", "bob")
        await fake.asked("sendMessage")
        mine = {task for task in asyncio.all_tasks() - before if "session" in task.get_name()}
        assert mine
        await client.close()
        assert all(task.done() for task in mine)
        await fake.peer.socket.wait_closed()
        assert asyncio.all_tasks() <= before


@in_virtual_time
async def test_new_messages_are_received_once_and_missed_ones_after_the_reconnect() -> None:
    async with talking() as (fake, world, client, recorder):
        await push(fake, world.send("bob", "bob", "one"))
        await recorder.saw("received")
        world.send("bob", "bob", "two")
        world.send("ann", "ann", "first")
        await come_back(fake, recorder)
        await push(fake, world.send("bob", "bob", "three"))
        await recorder.saw("received", 4)
        assert recorder.received("bob") == ["one", "two", "three"]
        assert recorder.received("ann") == ["first"]
        assert client.get_total_unread_message_count() == 4
        assert [e[1] for e in recorder.events if e[0] == "unread"][-1] == 4


@in_virtual_time
async def test_a_gap_causes_a_fetch_of_that_conversation() -> None:
    async with talking(MessageWorld(page=2)) as (fake, world, _client, recorder):
        for number in range(6):
            pushed = world.send("bob", "bob", f"m{number}")
        await push(fake, pushed)
        await recorder.saw("received", 6)
        assert recorder.received("bob") == [f"m{number}" for number in range(6)]
        asked = [m for m in fake.methods() if m == "getChangedMessages"]
        assert len(asked) == 3


@in_virtual_time
async def test_missed_pushes_are_fetched_when_the_backend_says_so() -> None:
    async with talking() as (fake, world, _client, recorder):
        world.send("bob", "bob", "dropped")
        await fake.peer.push("onMessagesMissed", {})
        await recorder.saw("received")
        assert recorder.received("bob") == ["dropped"]


@in_virtual_time
async def test_pushes_during_the_sync_are_neither_lost_nor_doubled() -> None:
    async with talking() as (fake, world, _client, recorder):
        lists, changes = fake.handlers["getConversationList"], fake.handlers["getChangedMessages"]

        async def push_first(peer: Peer, params: dict[str, Any]) -> Any:
            pushed = world.send("bob", "bob", "before the list")
            await peer.push(pushed[0], wire(pushed[1]))
            answer = lists(peer, params)
            pushed = world.send("bob", "bob", "after the list")
            await peer.send({"jsonrpc": "2.0", "id": peer.requests[-1]["id"], "result": answer})
            await peer.push(pushed[0], wire(pushed[1]))
            return SILENCE

        async def push_too(peer: Peer, params: dict[str, Any]) -> Any:
            if len(world.talk("bob").messages) < 5:
                pushed = world.send("bob", "bob", "before the changes")
                await peer.push(pushed[0], wire(pushed[1]))
            return changes(peer, params)

        world.send("bob", "bob", "while away")
        fake.handlers["getConversationList"] = push_first
        fake.handlers["getChangedMessages"] = push_too
        await come_back(fake, recorder)
        assert recorder.received("bob") == [
            "while away",
            "before the list",
            "after the list",
            "before the changes",
        ]


@in_virtual_time
async def test_a_failed_sync_is_reported_and_retried() -> None:
    world = MessageWorld()
    async with fake_backend() as fake, client_of(fake) as client:
        fake.handlers.update(world.answers())
        lists = fake.handlers["getConversationList"]
        refusals = iter([70500, 7008])

        def refuse(peer: Peer, params: dict[str, Any]) -> Any:
            code = next(refusals, None)
            if code is None:
                return lists(peer, params)
            raise Refusal(code)

        fake.handlers["getConversationList"] = refuse
        recorder = Recorder()
        client.add_im_sdk_listener(recorder)
        await client.login(ME, "sig")
        await recorder.synced()
        assert recorder.count("sync failed") == 2


@in_virtual_time
async def test_a_backend_without_messages_is_left_alone() -> None:
    async with fake_backend() as fake, client_of(fake) as client:

        def unknown(peer: Peer, params: dict[str, Any]) -> Any:
            raise Refusal(-32601)

        fake.handlers["getConversationList"] = unknown
        recorder = Recorder()
        client.add_im_sdk_listener(recorder)
        await client.login(ME, "sig")
        await recorder.saw("sync failed")
        await asyncio.sleep(100)
        assert recorder.count("sync failed") == 1
        assert len(fake.peers) == 1


@in_virtual_time
async def test_pages_without_an_end_do_no_harm() -> None:
    async with talking() as (fake, world, client, _recorder):
        fake.handlers["getChangedMessages"] = lambda peer, params: {
            "messageList": [],
            "isFinished": False,
        }
        world.send("bob", "bob", "one")
        await push(fake, world.send("bob", "bob", "two"))
        await asyncio.sleep(60)
        asked = [r for r in fake.peer.requests if r["method"] == "getChangedMessages"]
        assert 1 < len(asked) < 20
        assert len(await client.get_user_status(["bob"])) == 1


@in_virtual_time
async def test_a_message_with_an_unusable_answer_is_sent_again_after_a_pause() -> None:
    async with talking() as (fake, _world, client, recorder):
        fake.handlers["sendMessage"] = lambda peer, params: {
            "message": {"msgID": params["msgID"], "sender": ME, "receiver": params["userID"]}
        }
        client.queue_c2c_text_message("hello", "bob")
        await asyncio.sleep(60)
        asked = [r for r in fake.peer.requests if r["method"] == "sendMessage"]
        assert 1 < len(asked) < 20
        assert [event for event in recorder.events if event[0] == "sent"] == []


@in_virtual_time
async def test_a_failed_fetch_of_one_conversation_delays_no_other() -> None:
    async with talking() as (fake, world, _client, recorder):
        changes = fake.handlers["getChangedMessages"]
        refusals = iter([6001, 70500])

        def refuse(peer: Peer, params: dict[str, Any]) -> Any:
            code = next(refusals, None) if params["userID"] == "ann" else None
            if code is None:
                return changes(peer, params)
            raise Refusal(code)

        fake.handlers["getChangedMessages"] = refuse
        world.send("ann", "ann", "first")
        world.send("bob", "bob", "second")
        await fake.peer.push("onMessagesMissed", {})
        await recorder.saw("received", 2)
        assert [e[1].text for e in recorder.events if e[0] == "received"] == ["second", "first"]


@in_virtual_time
async def test_history_asks_while_the_cache_may_lack_the_newest() -> None:
    async with talking() as (fake, world, client, recorder):
        await push(fake, world.send("bob", "bob", "one"))
        await recorder.saw("received")
        held = asyncio.Event()
        lists = fake.handlers["getConversationList"]

        async def late(peer: Peer, params: dict[str, Any]) -> Any:
            await held.wait()
            return lists(peer, params)

        fake.handlers["getConversationList"] = late
        world.send("bob", "bob", "two")
        fake.peer.cut()
        await recorder.saw("connected")
        asking = asyncio.create_task(client.get_c2c_history_message_list("bob"))
        await asyncio.sleep(0)
        held.set()
        assert [m.text for m in await asking] == ["two", "one"]
        await recorder.saw("received", 2)
        assert recorder.received("bob") == ["one", "two"]


@in_virtual_time
async def test_history_comes_from_the_backend_once_and_then_from_the_cache() -> None:
    world = MessageWorld()
    for number in range(1, 61):
        world.send("bob", "bob", f"m{number}")
    async with talking(world) as (fake, _world, client, recorder):
        page = await client.get_c2c_history_message_list("bob", 20)
        assert [m.seq for m in page] == list(range(60, 40, -1))
        more = await client.get_c2c_history_message_list("bob", 20, page[-1])
        assert [m.seq for m in more] == list(range(40, 20, -1))
        await push(fake, world.send("bob", "bob", "m61"))
        await recorder.saw("received")
        asked = len(fake.methods())
        again = await client.get_c2c_history_message_list("bob", 41)
        assert [m.seq for m in again] == list(range(61, 20, -1))
        assert len(fake.methods()) == asked
        rest = await client.get_c2c_history_message_list("bob", 50, again[30])
        assert [m.seq for m in rest] == list(range(30, 0, -1))
        assert fake.peer.requests[-1]["params"] == {"userID": "bob", "count": 40, "beforeSeq": 21}


@in_virtual_time
async def test_history_works_without_a_network(tmp_path: Path) -> None:
    world = MessageWorld()
    for number in range(1, 31):
        world.send("bob", "bob", f"m{number}")
    options = {"storage_dir": tmp_path / "s", "instance_id": "desk"}
    async with talking(world, **options) as (fake, _world, client, _recorder):
        await client.get_c2c_history_message_list("bob", 20)
    async with client_of(fake, **options) as client:
        assert await code_of(client.login(ME, "sig")) == 9511
        page = await client.get_c2c_history_message_list("bob", 15)
        assert [m.seq for m in page] == list(range(30, 15, -1))
        rest = await client.get_c2c_history_message_list("bob", 15, page[-1])
        assert [m.seq for m in rest] == list(range(15, 10, -1))
        conversations = await client.get_conversation_list()
        assert [c.unread_count for c in conversations.conversations] == [30]
        assert conversations.is_finished
        assert await client.get_c2c_history_message_list("eve") == []


@in_virtual_time
async def test_history_without_an_answer_comes_from_the_cache() -> None:
    world = MessageWorld()
    world.send("bob", "bob", "m1")
    world.send("bob", "bob", "m2")
    async with talking(world) as (fake, _world, client, _recorder):
        fake.handlers["getC2CHistoryMessageList"] = lambda peer, params: SILENCE
        assert [m.seq for m in await client.get_c2c_history_message_list("bob")] == [2]


@in_virtual_time
async def test_recalled_and_deleted_messages_are_reported_and_gone() -> None:
    async with talking() as (fake, world, client, recorder):
        for number in range(3):
            await push(fake, world.send("bob", "bob", f"m{number}"))
        gone = world.talk("bob").recall(2)
        assert gone is not None
        await push(fake, changed_messages(gone))
        await recorder.saw("changed")
        assert client.get_total_unread_message_count() == 2
        fake.handlers["deleteMessages"] = lambda peer, params: {}
        page = await client.get_c2c_history_message_list("bob")
        assert [(m.seq, m.status) for m in page] == [(3, 2), (2, 6), (1, 2)]
        await client.delete_messages([page[0]])
        assert [m.seq for m in await client.get_c2c_history_message_list("bob")] == [2, 1]
        await push(fake, changed_messages(*world.talk("bob").hide(3)))
        await push(fake, changed_conversation(world.talk("bob")))
        await recorder.until(lambda _: client.get_total_unread_message_count() == 1)
        assert recorder.count("changed") == 2
        info = client.get_conversation("c2c_bob")
        assert info is not None
        assert info.last_message == gone


@in_virtual_time
async def test_a_deletion_is_limited_to_some_messages_of_one_conversation() -> None:
    async with talking() as (_fake, _world, client, _recorder):
        own = [Message(f"m{n}", "bob", ME, seq=n, version=n) for n in range(1, 52)]
        other = Message("x", "ann", ME, seq=1, version=1)
        assert await code_of(client.delete_messages([])) == 6017
        assert await code_of(client.delete_messages(own)) == 6017
        assert await code_of(client.delete_messages([own[0], other])) == 6017
        assert await code_of(client.delete_messages([Message("t", "bob", ME)])) == 6017


@in_virtual_time
async def test_calls_carry_their_parameters_and_apply_what_was_accepted() -> None:
    async with talking() as (fake, world, client, recorder):
        await push(fake, world.send("bob", "bob", "one"))
        await push(fake, world.send("ann", "ann", "one"))
        await recorder.saw("received", 2)
        start = len(fake.peer.requests)
        await client.pin_conversation("c2c_bob", True)
        await client.set_c2c_receive_message_opt(["ann"], ReceiveOpt.RECEIVE_NOT_NOTIFY)
        await client.clean_conversation_unread_message_count("c2c_bob", clean_sequence=1)
        await client.clean_conversation_unread_message_count("")
        await client.revoke_message(Message("m", ME, "bob", seq=9, version=9))
        await client.delete_conversation("c2c_ann")
        assert [(r["method"], r["params"]) for r in fake.peer.requests[start:]] == [
            ("pinConversation", {"conversationID": "c2c_bob", "isPinned": True}),
            ("setC2CReceiveMessageOpt", {"userIDList": ["ann"], "opt": 2}),
            (
                "cleanConversationUnreadMessageCount",
                {"conversationID": "c2c_bob", "cleanSequence": 1},
            ),
            (
                "cleanConversationUnreadMessageCount",
                {"conversationID": "c2c_ann", "cleanSequence": 0},
            ),
            ("revokeMessage", {"userID": "bob", "msgID": "m"}),
            ("deleteConversation", {"conversationID": "c2c_ann"}),
        ]
        page = await client.get_conversation_list()
        assert [(c.user_id, c.is_pinned, c.unread_count) for c in page.conversations] == [
            ("bob", True, 0),
            ("ann", False, 0),
        ]
        assert page.conversations[1].last_message is None


@in_virtual_time
async def test_the_conversation_list_comes_in_pages() -> None:
    world = MessageWorld()
    for user in ("ann", "bob", "eve"):
        world.send(user, user, "m")
    async with talking(world) as (_fake, _world, client, _recorder):
        page = await client.get_conversation_list(count=2)
        assert (len(page.conversations), page.next_seq, page.is_finished) == (2, 2, False)
        page = await client.get_conversation_list(page.next_seq, 2)
        assert (len(page.conversations), page.is_finished) == (1, True)
        assert await code_of(client.get_conversation_list(count=0)) == 6017
        assert await code_of(client.get_conversation_list(-1)) == 6017


@in_virtual_time
async def test_without_an_account_everything_is_6014() -> None:
    async with talking() as (_fake, _world, client, _recorder):
        await client.logout()
        assert await code_of(client.send_c2c_text_message("x", "bob")) == 6014
        assert await code_of(client.get_c2c_history_message_list("bob")) == 6014
        assert code_at_once(client.get_total_unread_message_count) == 6014


@in_virtual_time
async def test_garbage_about_messages_is_ignored() -> None:
    async with talking() as (fake, world, client, recorder):
        for method in (
            "onRecvNewMessage",
            "onMessagesChanged",
            "onRecvC2CReadReceipt",
            "onConversationChanged",
        ):
            for params in GARBAGE:
                await fake.peer.push(method, params)
        strange = {"conversationID": "group_1", "version": 3}
        await fake.peer.push("onConversationChanged", {"conversationList": [strange]})
        huge = Message("x", "bob", ME, seq=2**62, version=2**62)
        for message in (Message("x", "ann", "eve", seq=1, version=1), huge):
            await push(fake, new_message(message))
            answer = {"messageList": [wire(message)], "isFinished": True}
            fake.handlers["getC2CHistoryMessageList"] = answering(answer)
            assert await client.get_c2c_history_message_list("bob") == []
        await push(fake, world.send("bob", "bob", "fine"))
        await recorder.saw("received")
        assert recorder.names == ["received", "conversations", "unread"]
        assert len((await client.get_conversation_list()).conversations) == 1


async def test_a_damaged_cache_is_rebuilt_from_the_backend(tmp_path: Path) -> None:
    world = MessageWorld()
    world.send("bob", "bob", "m1")
    options: dict[str, Any] = {"storage_dir": tmp_path, "instance_id": "desk"}
    async with talking(world, **options):
        pass
    (tmp_path / "alice.desk.cache").write_bytes(b"garbage" * 999)
    async with talking(world, **options) as (_fake, _world, client, _recorder):
        assert client.get_total_unread_message_count() == 1
        assert [m.text for m in await client.get_c2c_history_message_list("bob")] == ["m1"]


async def test_a_draft_survives_the_cache_and_a_lost_draft_does_not_return(tmp_path: Path) -> None:
    options: dict[str, Any] = {"storage_dir": tmp_path, "instance_id": "desk"}
    for lost, expected in (("cache", "dear bob"), ("outbox", None)):
        async with talking(**options) as (_fake, _world, client, _recorder):
            client.set_conversation_draft("c2c_bob", "dear bob")
        (tmp_path / f"alice.desk.{lost}").unlink()
        async with talking(**options) as (_fake, _world, client, _recorder):
            info = client.get_conversation("c2c_bob")
            assert (info and info.draft_text) == expected
            client.set_conversation_draft("c2c_bob", None)
            assert client.get_conversation("c2c_bob") is None


def test_an_invalid_user_id_creates_no_file(tmp_path: Path) -> None:
    @in_virtual_time
    async def log_in() -> None:
        async with fake_backend() as fake, client_of(fake, storage_dir=tmp_path / "s") as client:
            await client.login("../../alice", "sig")

    log_in()
    assert list(tmp_path.iterdir()) == []
