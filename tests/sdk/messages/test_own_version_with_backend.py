"""Deletions and floors between clients of the real backend."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from msgspec import Struct

from imtui.protocol.chat import (
    ChangedMessages,
    Conversation,
    ConversationList,
    GetChangedMessagesParams,
    GetConversationListParams,
)
from imtui.protocol.messages import Empty, LogoutResult, Method
from imtui.sdk import IMClient, MessageStatus, ReceiveOpt, UserStatusType
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.over_edges import new_backend
from tests.sdk.test_with_backend import device

R = TypeVar("R", bound=Struct)

DELETED = MessageStatus.HAS_DELETED


@pytest.fixture
async def backend(tmp_path: Path, edges: int) -> AsyncIterator[Backend]:
    async with new_backend(BackendConfig(tmp_path / "data"), edges) as running:
        yield running


async def ask(client: IMClient, method: Method, params: Struct, result_type: type[R]) -> R:
    """Ask the backend without changing the state of the client."""
    return await client._link.call(method, params, result_type, lambda answer: answer)


async def with_bob(client: IMClient) -> Conversation:
    """Return the conversation with bob as the backend lists it."""
    params = GetConversationListParams()
    answer = await ask(client, Method.GET_CONVERSATION_LIST, params, ConversationList)
    (conversation,) = answer.conversation_list
    return conversation


async def changed(
    client: IMClient, version: int, own_version: int | None, count: int = 100
) -> ChangedMessages:
    params = GetChangedMessagesParams("bob", version, count, own_version)
    return await ask(client, Method.GET_CHANGED_MESSAGES, params, ChangedMessages)


async def say(client: IMClient, user_id: str, *texts: str) -> None:
    for text in texts:
        await client.send_c2c_text_message(text, user_id)


async def texts(client: IMClient, user_id: str) -> list[str]:
    """Return the history with a user, the oldest first."""
    return [m.text for m in reversed(await client.get_c2c_history_message_list(user_id))]


async def test_a_deletion_changes_nothing_for_the_other_member(backend: Backend) -> None:
    async with device(backend, "alice") as (alice, _), device(backend, "bob") as (bob, recorder):
        await say(alice, "bob", "m1", "m2", "m3")
        await recorder.saw("received", 3)
        history = await bob.get_c2c_history_message_list("alice")
        await bob.delete_messages(history[:2])
        await bob.delete_conversation("c2c_alice")
        listed = await with_bob(alice)
        assert (listed.version, listed.own_version, listed.cleared_seq) == (3, 0, 0)
        answer = await changed(alice, 3, 0)
        assert answer == ChangedMessages([], True, 0, 3, 0)
        assert await texts(alice, "bob") == ["m1", "m2", "m3"]
        assert await texts(bob, "alice") == []


async def test_each_own_change_raises_the_own_version_by_one(backend: Backend) -> None:
    async with device(backend, "bob") as (bob, _), device(backend, "alice") as (alice, _):
        await say(bob, "alice", "m1", "m2", "m3")
        numbers = []
        history = await alice.get_c2c_history_message_list("bob")
        for change in (
            alice.delete_messages(history[1:]),
            alice.clean_conversation_unread_message_count("c2c_bob"),
            alice.clean_conversation_unread_message_count("c2c_bob"),
            alice.pin_conversation("c2c_bob", True),
            alice.pin_conversation("c2c_bob", True),
            alice.set_c2c_receive_message_opt(["bob"], ReceiveOpt.RECEIVE_NOT_NOTIFY),
            alice.delete_conversation("c2c_bob"),
        ):
            await change
            listed = await with_bob(alice)
            numbers.append((listed.own_version, listed.version, listed.cleared_seq))
        assert numbers == [
            (2, 3, 0),
            (3, 3, 0),
            (3, 3, 0),
            (4, 3, 0),
            (4, 3, 0),
            (5, 3, 0),
            (6, 3, 3),
        ]


async def test_changes_of_both_kinds_come_in_pages(backend: Backend) -> None:
    async with device(backend, "bob") as (bob, _), device(backend, "alice") as (alice, _):
        await say(bob, "alice", "m1", "m2", "m3", "m4")
        history = await alice.get_c2c_history_message_list("bob")
        await alice.delete_messages([history[0]])
        await alice.delete_messages([history[2]])
        page = await changed(alice, 3, 0, 1)
        assert [(m.seq, m.status, m.version, m.own_version) for m in page.message_list] == [
            (4, DELETED, 4, 1)
        ]
        assert (page.is_finished, page.next_version) == (False, 4)
        seen: list[tuple[int, int]] = []
        while not page.is_finished:
            page = await changed(alice, page.next_version, page.next_own_version, 1)
            seen += [(m.seq, m.own_version) for m in page.message_list]
        assert seen[-1] == (2, 2)
        assert (page.next_version, page.next_own_version) == (4, 2)
        older = await changed(alice, 3, None)
        assert [(m.seq, m.status) for m in older.message_list] == [(4, DELETED)]
        assert (await changed(alice, 4, None)).message_list == []


async def test_messages_deleted_on_another_device_while_away_are_gone(
    backend: Backend, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"storage_dir": tmp_path / "storage", "instance_id": "desk"}
    async with device(backend, "bob") as (bob, _), device(backend, "alice") as (couch, _):
        async with device(backend, "alice", **options) as (desk, recorder):
            await recorder.synced()
            await say(bob, "alice", "m1", "m2", "m3")
            await recorder.saw("received", 3)
        history = await couch.get_c2c_history_message_list("bob")
        await couch.delete_messages(history[1:])
        async with device(backend, "alice", **options) as (desk, recorder):
            await recorder.synced()
            assert await texts(desk, "bob") == ["m3"]
            assert [m.text for m in await desk.search_local_messages(["m"])] == ["m3"]
            assert desk.get_total_unread_message_count() == 1
            assert recorder.count("received") == 0


async def test_a_conversation_deleted_while_away_with_a_new_message_since(
    backend: Backend, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"storage_dir": tmp_path / "storage", "instance_id": "desk"}
    async with device(backend, "bob") as (bob, _), device(backend, "alice") as (couch, _):
        async with device(backend, "alice", **options) as (desk, recorder):
            await recorder.synced()
            await say(bob, "alice", "m1", "m2")
            await recorder.saw("received", 2)
        await couch.delete_conversation("c2c_bob")
        await say(bob, "alice", "m3")
        async with device(backend, "alice", **options) as (desk, recorder):
            await recorder.synced()
            assert await texts(desk, "bob") == ["m3"]
            assert [m.text for m in await desk.search_local_messages(["m"])] == ["m3"]
            info = desk.get_conversation("c2c_bob")
            assert info is not None
            assert (info.cleared_seq, info.unread_count) == (2, 1)
        assert await texts(bob, "alice") == ["m1", "m2", "m3"]


async def test_connected_devices_follow_without_a_fetch(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        device(backend, "bob") as (bob, _),
        device(backend, "alice") as (desk, first),
        device(backend, "alice") as (couch, second),
    ):
        for recorder in (first, second):
            await recorder.synced()
        await say(bob, "alice", "m1", "m2", "m3")
        for recorder in (first, second):
            await recorder.saw("received", 3)
        methods: list[Method] = []
        for client in (desk, couch):
            link = client._link

            def note(method: Method, *args: Any, call: Any = link.call) -> Any:
                methods.append(method)
                return call(method, *args)

            monkeypatch.setattr(link, "call", note)
        history = await desk.get_c2c_history_message_list("bob")
        await desk.delete_messages(history[2:])
        await couch.clean_conversation_unread_message_count("c2c_bob")
        await couch.pin_conversation("c2c_bob", True)
        await desk.delete_conversation("c2c_bob")
        await say(bob, "alice", "m4")
        for client, recorder in ((desk, first), (couch, second)):
            await recorder.saw("received", 4)
            assert await texts(client, "bob") == ["m4"]
        assert Method.GET_CHANGED_MESSAGES not in methods


async def test_logout_answers_with_the_status_after_it(backend: Backend) -> None:
    async with device(backend, "alice") as (desk, _), device(backend, "alice") as (couch, _):
        answer = await ask(desk, Method.LOGOUT, Empty(), LogoutResult)
        assert answer.self_status is not None
        assert answer.self_status.status_type is UserStatusType.ONLINE
        answer = await ask(couch, Method.LOGOUT, Empty(), LogoutResult)
        assert answer.self_status is not None
        assert answer.self_status.status_type is UserStatusType.UNLOGINED
        assert answer.self_status.online_devices == []
