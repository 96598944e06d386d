"""Changes for this member alone: deletions here and elsewhere, floors, and their fetches."""

from pathlib import Path
from typing import Any

import pytest

from imtui.protocol.chat import GetChangedMessagesParams
from imtui.sdk import IMClient, ReceiveOpt
from tests.sdk.fake_backend import SILENCE, FakeBackend, Peer, client_of, fake_backend, status
from tests.sdk.messages.message_world import (
    ME,
    changed_conversation,
    changed_messages,
    wire,
    world_of,
)
from tests.sdk.messages.test_messages import code_of, come_back, push, talking
from tests.sdk.recorder import Recorder
from tests.sdk.virtual_time import in_virtual_time


async def texts(client: IMClient) -> list[str]:
    """Return the history with bob, the oldest first."""
    return [m.text for m in reversed(await client.get_c2c_history_message_list("bob"))]


async def found(client: IMClient) -> list[str]:
    """Return what a search on the device finds, the oldest first."""
    return [m.text for m in reversed(await client.search_local_messages(["m"]))]


def asked(fake: FakeBackend, method: str) -> list[dict[str, Any]]:
    """Return the parameters of each call of a method on the newest connection."""
    return [r["params"] for r in fake.peer.requests if r["method"] == method]


@in_virtual_time
async def test_a_deletion_on_another_device_applies_without_a_fetch() -> None:
    async with talking(world_of("m1", "m2", "m3")) as (fake, world, client, recorder):
        assert await texts(client) == ["m1", "m2", "m3"]
        talk = world.talk("bob")
        await push(fake, changed_messages(*talk.hide(1, 3)))
        await push(fake, changed_conversation(talk))
        await recorder.until(lambda _: client.get_total_unread_message_count() == 1)
        assert [m.seq for e in recorder.events if e[0] == "changed" for m in e[1]] == [1, 3]
        info = client.get_conversation("c2c_bob")
        assert info is not None
        assert info.last_message == talk.messages[1]
        assert await texts(client) == await found(client) == ["m2"]
        await push(fake, world.send("bob", "bob", "m4"))
        await recorder.saw("received")
        assert "getChangedMessages" not in fake.methods()


@in_virtual_time
async def test_a_deletion_here_is_reported_once_without_a_fetch() -> None:
    async with talking(world_of("m1", "m2")) as (fake, world, client, recorder):
        talk = world.talk("bob")

        async def delete(peer: Peer, params: dict[str, Any]) -> Any:
            gone = talk.hide(*params["seqList"])
            await peer.send({"jsonrpc": "2.0", "id": peer.requests[-1]["id"], "result": {}})
            await push(fake, changed_messages(*gone))
            await push(fake, changed_conversation(talk))
            return SILENCE

        fake.handlers["deleteMessages"] = delete
        page = await client.get_c2c_history_message_list("bob")
        await client.delete_messages(page[1:])
        await recorder.until(lambda _: client.get_total_unread_message_count() == 1)
        await push(fake, world.send("bob", "bob", "m3"))
        await recorder.saw("received")
        assert recorder.count("changed") == 1
        assert await texts(client) == ["m2", "m3"]
        assert "getChangedMessages" not in fake.methods()


@pytest.mark.parametrize("does", ["read", "pin", "mute", "clear"])
@pytest.mark.parametrize("is_here", [True, False])
@in_virtual_time
async def test_a_change_that_the_pushed_conversation_explains_is_not_fetched(
    does: str, is_here: bool
) -> None:
    async with talking(world_of("m1", "m2")) as (fake, world, client, recorder):
        talk = world.talk("bob")

        def change() -> None:
            {
                "read": lambda: talk.read(2),
                "pin": lambda: talk.pin(True),
                "mute": lambda: talk.mute(ReceiveOpt.RECEIVE_NOT_NOTIFY),
                "clear": talk.clear,
            }[does]()

        async def agree(peer: Peer, params: dict[str, Any]) -> Any:
            change()
            await peer.send({"jsonrpc": "2.0", "id": peer.requests[-1]["id"], "result": {}})
            await push(fake, changed_conversation(talk))
            return SILENCE

        if is_here:
            calls: dict[str, tuple[Any, ...]] = {
                "read": ("cleanConversationUnreadMessageCount", "c2c_bob"),
                "pin": ("pinConversation", "c2c_bob", True),
                "mute": ("setC2CReceiveMessageOpt", ["bob"], ReceiveOpt.RECEIVE_NOT_NOTIFY),
                "clear": ("deleteConversation", "c2c_bob"),
            }
            method, *arguments = calls[does]
            fake.handlers[method] = agree
            call: Any = {
                "read": client.clean_conversation_unread_message_count,
                "pin": client.pin_conversation,
                "mute": client.set_c2c_receive_message_opt,
                "clear": client.delete_conversation,
            }[does]
            await call(*arguments)
        else:
            change()
            await push(fake, changed_conversation(talk))
        await push(fake, world.send("bob", "bob", "m3"))
        await recorder.saw("received")
        await client.get_user_status(["bob"])
        assert "getChangedMessages" not in fake.methods()
        assert talk.own_version == 1


@in_virtual_time
async def test_a_deletion_by_the_other_member_causes_no_fetch() -> None:
    """Such a deletion changes no number that this member sees, connected or away."""
    async with talking(world_of("m1", "m2")) as (fake, world, client, recorder):
        await come_back(fake, recorder)
        await push(fake, world.send("bob", "bob", "m3"))
        await recorder.saw("received")
        await come_back(fake, recorder, 3)
        assert "getChangedMessages" not in fake.methods()
        assert await texts(client) == ["m1", "m2", "m3"]


@in_virtual_time
async def test_deletions_elsewhere_while_away_are_fetched_in_pages_of_both_kinds() -> None:
    world = world_of("m1", "m2", "m3", page=2)
    async with talking(world) as (fake, _, client, recorder):
        assert await texts(client) == ["m1", "m2", "m3"]
        talk = world.talk("bob")
        talk.hide(3, 1)
        world.send("bob", "bob", "m4")
        await come_back(fake, recorder)
        assert asked(fake, "getChangedMessages") == [
            {"userID": "bob", "sinceVersion": 3, "count": 100, "sinceOwnVersion": 0},
            {"userID": "bob", "sinceVersion": 4, "count": 100, "sinceOwnVersion": 1},
        ]
        assert [m.seq for e in recorder.events if e[0] == "changed" for m in e[1]] == [1, 3]
        assert recorder.received("bob") == ["m4"]
        assert await texts(client) == await found(client) == ["m2", "m4"]
        assert client.get_total_unread_message_count() == 2


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_conversation_deleted_elsewhere_while_away_keeps_only_newer_messages(
    tmp_path: Path, is_restarted: bool
) -> None:
    options: dict[str, Any] = {"storage_dir": tmp_path, "instance_id": "desk"}
    world = world_of("m1", "m2", "m3")

    async def check(fake: FakeBackend, client: IMClient, recorder: Recorder) -> None:
        assert recorder.received("bob") == ["m4"]
        info = client.get_conversation("c2c_bob")
        assert info is not None
        assert (info.cleared_seq, info.unread_count) == (3, 1)
        assert await found(client) == ["m4"]
        before = len(asked(fake, "getC2CHistoryMessageList"))
        assert await texts(client) == ["m4"]
        assert await texts(client) == ["m4"]
        assert len(asked(fake, "getC2CHistoryMessageList")) <= before + 1

    @in_virtual_time
    async def run() -> None:
        async with talking(world, **options) as (fake, _, client, recorder):
            assert await texts(client) == ["m1", "m2", "m3"]
            if not is_restarted:
                world.talk("bob").clear()
                world.send("bob", "bob", "m4")
                await come_back(fake, recorder)
                await check(fake, client, recorder)
        if is_restarted:
            world.talk("bob").clear()
            world.send("bob", "bob", "m4")
            recorder = Recorder()
            async with fake_backend() as fake, client_of(fake, **options) as client:
                fake.handlers.update(world.answers())
                client.add_im_sdk_listener(recorder)
                await client.login(ME, "sig")
                await recorder.synced()
                await check(fake, client, recorder)
        async with client_of(fake, **options) as client:
            assert await code_of(client.login(ME, "sig")) == 9511
            assert await texts(client) == await found(client) == ["m4"]

    run()


@in_virtual_time
async def test_history_caches_nothing_up_to_the_floor() -> None:
    async with talking(world_of("m1", "m2", "m3")) as (fake, world, client, recorder):
        page = await client.get_c2c_history_message_list("bob")
        talk = world.talk("bob")
        talk.clear()
        await push(fake, changed_conversation(talk))
        await recorder.until(lambda _: client.get_conversation("c2c_bob") is None)
        assert await texts(client) == await found(client) == []
        await push(fake, world.send("bob", "bob", "m4"))
        await recorder.saw("received")
        stale = {"messageList": [wire(message) for message in page], "isFinished": True}
        fake.handlers["getC2CHistoryMessageList"] = lambda peer, params: stale
        history = client._messages.account.history
        await history._fetch("bob", 20, 4)
        await history._fetch("bob", 20, 0)
        assert await texts(client) == await found(client) == ["m4"]
        assert client._messages.account.cache.page("bob", 4, 9)[1] == 4


@pytest.mark.parametrize("has_read", [False, True])
@in_virtual_time
async def test_a_push_with_the_next_own_version_alone_does_not_hide_a_lost_deletion(
    has_read: bool,
) -> None:
    async with talking(world_of("m1", "m2")) as (fake, world, client, recorder):
        assert await texts(client) == ["m1", "m2"]
        talk = world.talk("bob")
        if has_read:
            await client.clean_conversation_unread_message_count("c2c_bob")
            talk.read(2)
            await push(fake, changed_conversation(talk))
        talk.hide(1)
        # The backend dropped the push of the deleted message, as the connection did not read.
        await push(fake, changed_conversation(talk))
        await recorder.saw("changed")
        assert await texts(client) == ["m2"]


@in_virtual_time
async def test_a_gap_of_own_versions_is_fetched() -> None:
    async with talking(world_of("m1", "m2", "m3")) as (fake, world, client, recorder):
        talk = world.talk("bob")
        talk.hide(1)
        await push(fake, changed_messages(*talk.hide(3)))
        await recorder.saw("changed")
        assert [m.seq for e in recorder.events if e[0] == "changed" for m in e[1]] == [1, 3]
        assert await texts(client) == ["m2"]
        assert len(asked(fake, "getChangedMessages")) == 1


@in_virtual_time
async def test_a_message_hidden_from_the_start_leaves_no_lasting_gap() -> None:
    async with talking(world_of("m1")) as (fake, world, client, recorder):
        talk = world.talk("bob")
        talk.send(ME, "by an admin", is_hidden=True)
        await push(fake, changed_conversation(talk))
        await fake.asked("getChangedMessages")
        await push(fake, world.send("bob", "bob", "m2"))
        await recorder.saw("received")
        assert await texts(client) == ["m1", "m2"]
        assert len(asked(fake, "getChangedMessages")) == 1


@in_virtual_time
async def test_a_backend_without_own_versions_is_paged_by_the_last_message() -> None:
    async with talking(world_of("m1")) as (fake, world, _client, recorder):

        def older(peer: Peer, params: dict[str, Any]) -> Any:
            asked_for = GetChangedMessagesParams("bob", params["sinceVersion"], 2)
            answer = world.talk("bob").changed(asked_for)
            return {"messageList": wire(answer)["messageList"], "isFinished": answer.is_finished}

        fake.handlers["getChangedMessages"] = older
        for number in range(2, 7):
            pushed = world.send("bob", "bob", f"m{number}")
        await push(fake, pushed)
        await recorder.saw("received", 5)
        assert recorder.received("bob") == [f"m{number}" for number in range(2, 7)]
        assert [p["sinceVersion"] for p in asked(fake, "getChangedMessages")] == [1, 3, 5]


@pytest.mark.parametrize("answer", [{}, {"selfStatus": status(ME, kind=3)}, {"selfStatus": None}])
@in_virtual_time
async def test_logout_returns_nothing_whatever_the_answer(answer: dict[str, Any]) -> None:
    async with talking() as (fake, _world, client, _recorder):
        fake.handlers["logout"] = lambda peer, params: answer
        await client.logout()
        assert client.get_login_user() is None
