"""Friends, friend requests, blocklists and profiles against the real backend."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from imtui.protocol.usersig import sign
from imtui.sdk import (
    Backoff,
    FriendAcceptType,
    FriendAllowType,
    FriendApplicationType,
    FriendGroup,
    FriendInfo,
    FriendRelationType,
    FriendType,
    IMClient,
    IMError,
    UserFullInfo,
    UserStatusType,
)
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.over_edges import new_backend
from tests.sdk.recorder import Recorder
from tests.sdk.relay import relay_to

CONFIRM = FriendAllowType.NEED_CONFIRM


@pytest.fixture
async def backend(tmp_path: Path, edges: int) -> AsyncIterator[Backend]:
    async with new_backend(BackendConfig(tmp_path / "data"), edges) as running:
        yield running


@asynccontextmanager
async def device(
    backend: Backend, user_id: str, url: str = "", backoff: Backoff | None = None
) -> AsyncIterator[tuple[IMClient, Recorder]]:
    """Give a client that is logged in, and the recorder of its events."""
    key, recorder = backend.app_key, Recorder()
    async with IMClient(
        url or backend.address.ws, key.sdk_app_id, backoff=backoff or Backoff(0.02, 0.1)
    ) as client:
        client.add_im_sdk_listener(recorder)
        await client.login(user_id, sign(user_id, key.sdk_app_id, key.secret_key))
        yield client, recorder


async def code_of(call: Awaitable[object]) -> int:
    with pytest.raises(IMError) as error:
        await call
    return int(error.value.code)


def arguments(recorder: Recorder, name: str) -> list[Any]:
    """Return the arguments of the events of one name; each without a tuple if it is only one."""
    found = [event[1:] for event in recorder.events if event[0] == name]
    return [event[0] if len(event) == 1 else event for event in found]


async def test_a_request_is_sent_read_and_accepted(backend: Backend) -> None:
    async with (
        device(backend, "alice") as (alice, asker),
        device(backend, "bob") as (bob, receiver),
        device(backend, "bob") as (phone, other_device),
    ):
        await alice.set_self_info(nick_name="Alice L.")
        await bob.set_self_info(allow_type=CONFIRM)
        asked = alice.add_friend(
            "bob", add_wording="from the choir", friend_remark="Bobby", friend_group="Choir"
        )
        assert await code_of(asked) == 30539
        for recorder in (asker, receiver, other_device):
            await recorder.saw("requests added")
        ((request,),) = arguments(other_device, "requests added")
        assert (request.user_id, request.nick_name) == ("alice", "Alice L.")
        assert request.add_wording == "from the choir"
        listed = await phone.get_friend_application_list()
        assert listed.friend_application_list == [request]
        assert listed.unread_count == 1
        (sent,) = (await alice.get_friend_application_list()).friend_application_list
        assert sent.type is FriendApplicationType.SEND_OUT
        await bob.set_friend_application_read()
        await other_device.saw("requests read")
        await phone.accept_friend_application("alice", friend_remark="Ally")
        for recorder, user_id in ((asker, "bob"), (receiver, "alice"), (other_device, "alice")):
            await recorder.saw("friends added")
            assert arguments(recorder, "requests deleted") == [[user_id]]
        (friend,) = await alice.get_friend_list()
        assert (friend.user_id, friend.friend_remark) == ("bob", "Bobby")
        assert friend.friend_groups == ["Choir"]
        (friend,) = await bob.get_friend_list()
        assert (friend.friend_remark, friend.nick_name) == ("Ally", "Alice L.")


async def test_requests_are_accepted_one_way_refused_and_deleted(backend: Backend) -> None:
    async with (
        device(backend, "alice") as (alice, asker),
        device(backend, "bob") as (bob, _),
    ):
        await bob.set_self_info(allow_type=CONFIRM)
        for answer in (bob.refuse_friend_application, bob.delete_friend_application):
            assert await code_of(alice.add_friend("bob")) == 30539
            await answer("alice")
            assert await code_of(answer("alice")) == 30614
        assert await code_of(alice.add_friend("bob")) == 30539
        await alice.delete_friend_application("bob")
        await asker.saw("requests deleted", 3)
        assert await code_of(alice.add_friend("bob")) == 30539
        await bob.accept_friend_application("alice", FriendAcceptType.AGREE)
        assert [friend.user_id for friend in await alice.get_friend_list()] == ["bob"]
        assert await bob.get_friend_list() == []
        (result,) = await bob.check_friend(["alice"])
        assert result.relation is FriendRelationType.IN_THEIR_LIST
        (result,) = await bob.check_friend(["alice"], FriendType.SINGLE)
        assert result.relation is FriendRelationType.NONE
        await bob.set_self_info(allow_type=FriendAllowType.DENY_ANY)
        await alice.delete_from_friend_list(["bob"])
        assert await code_of(alice.add_friend("bob")) == 30516


async def test_blocking_notifies_all_own_devices(backend: Backend) -> None:
    async with (
        device(backend, "alice") as (alice, _),
        device(backend, "alice") as (phone, own),
        device(backend, "bob") as (bob, other),
    ):
        await alice.add_friend("bob")
        await other.saw("friends added")
        await alice.add_to_black_list(["bob"])
        await own.saw("blocked")
        assert arguments(own, "blocked") == [["bob"]]
        await other.saw("friends deleted")
        assert await phone.get_black_list() == ["bob"]
        assert await code_of(bob.send_c2c_text_message("hello", "alice")) == 20007
        queued = bob.queue_c2c_text_message("hello", "alice")
        await other.saw("send failed")
        ((failed, code, _),) = arguments(other, "send failed")
        assert (failed.msg_id, code) == (queued.msg_id, 20007)
        assert await code_of(bob.add_friend("alice")) == 30525
        await phone.delete_from_black_list(["bob"])
        await own.saw("unblocked")
        assert await alice.get_black_list() == []
        await bob.send_c2c_text_message("hello", "alice")


async def test_remarks_and_groups_notify_all_own_devices(backend: Backend) -> None:
    async with (
        device(backend, "alice") as (alice, _),
        device(backend, "alice") as (phone, own),
        device(backend, "bob"),
    ):
        await alice.add_friend("bob")
        await alice.set_friend_info("bob", "Bobby")
        await alice.create_friend_group("Work", ["bob"])
        await alice.rename_friend_group("Work", "Zoo")
        await alice.create_friend_group("Choir")
        await alice.add_friends_to_friend_group("Choir", ["bob"])
        await alice.delete_friends_from_friend_group("Zoo", ["bob"])
        (friend,) = await phone.get_friend_list()
        assert (friend.friend_remark, friend.friend_groups) == ("Bobby", ["Choir"])
        assert await phone.get_friend_groups() == [FriendGroup("Zoo", 0), FriendGroup("Choir", 1)]
        await alice.delete_friend_group(["Zoo", "Choir"])
        await own.saw("groups deleted")
        ((changed,),) = arguments(own, "friends changed")
        assert (changed.user_id, changed.friend_remark) == ("bob", "Bobby")
        assert changed.user_status.status_type is UserStatusType.ONLINE
        notes = ("group created", "group renamed", "grouped", "ungrouped", "groups deleted")
        assert [event for event in own.events if event[0] in notes] == [
            ("group created", "Work", ["bob"]),
            ("group renamed", "Work", "Zoo"),
            ("group created", "Choir", []),
            ("grouped", "Choir", ["bob"]),
            ("ungrouped", "Zoo", ["bob"]),
            ("groups deleted", ["Zoo", "Choir"]),
        ]


async def test_profiles_notify_own_devices_and_friends(backend: Backend) -> None:
    async with (
        device(backend, "alice") as (alice, _),
        device(backend, "alice") as (_, own),
        device(backend, "bob") as (bob, friend),
    ):
        await alice.add_friend("bob")
        await alice.set_self_info("Alice", "Ad astra", CONFIRM)
        info = UserFullInfo("alice", "Alice", "Ad astra", CONFIRM)
        await own.saw("self info")
        assert arguments(own, "self info") == [info]
        await friend.saw("friends changed")
        ((changed,),) = arguments(friend, "friends changed")
        assert (changed.nick_name, changed.self_signature) == ("Alice", "Ad astra")
        assert await bob.get_users_info(["alice", "nobody", "bob"]) == [info, UserFullInfo("bob")]
        assert await code_of(bob.get_users_info(["nobody"])) == 40003
        assert await code_of(alice.set_self_info(nick_name="x" * 501)) == 40601
        (result,) = await bob.get_friends_info(["alice"])
        assert result.relation is FriendRelationType.BOTH_WAY
        assert result.friend_info.nick_name == "Alice"
        assert result.friend_info.user_status is not None


async def test_changes_of_friends_without_a_connection_are_reported(backend: Backend) -> None:
    async with (
        relay_to(backend.address.ws) as relay,
        # The client would reconnect by itself after a minute at the earliest.
        device(backend, "alice", relay.url, Backoff(60, 60)) as (alice, away),
        device(backend, "alice") as (desk, _),
        device(backend, "bob") as (bob, _),
    ):
        await alice.add_friend("bob")
        await alice.get_friend_list()
        relay.drop()
        await away.saw("scheduled")
        await desk.set_friend_info("bob", "Bobby")
        await desk.create_friend_group("Choir", ["bob"])
        await bob.set_self_info(nick_name="Bob B.")
        away.clear()
        alice.reconnect_now()
        await away.saw("friends changed")
        ((friend,),) = arguments(away, "friends changed")
        assert (friend.friend_remark, friend.nick_name) == ("Bobby", "Bob B.")
        assert friend.friend_groups == ["Choir"]


async def test_without_a_login_every_call_gives_6014(backend: Backend) -> None:
    async with IMClient(backend.address.ws, backend.address.sdk_app_id) as client:
        for call in (
            client.add_friend("bob"),
            client.get_friends_info(["bob"]),
            client.set_friend_info("bob", "x"),
            client.check_friend(["bob"]),
            client.get_friend_application_list(),
            client.accept_friend_application("bob"),
            client.refuse_friend_application("bob"),
            client.delete_friend_application("bob"),
            client.set_friend_application_read(),
            client.create_friend_group("x"),
            client.delete_friend_group(["x"]),
            client.rename_friend_group("x", "y"),
            client.add_friends_to_friend_group("x", ["bob"]),
            client.delete_friends_from_friend_group("x", ["bob"]),
            client.get_friend_groups(),
            client.add_to_black_list(["bob"]),
            client.delete_from_black_list(["bob"]),
            client.get_black_list(),
            client.set_self_info("x"),
            client.get_users_info(["bob"]),
        ):
            assert await code_of(call) == 6014


async def test_a_single_text_is_refused_as_a_list(backend: Backend) -> None:
    async with device(backend, "alice") as (alice, _):
        assert await code_of(alice.add_to_black_list("bob")) == 6017
        assert await code_of(alice.delete_friend_group("Work")) == 6017


def test_a_friend_without_details_equals_the_minimal_one() -> None:
    assert FriendInfo("bob") == FriendInfo("bob", None, "", [], "", "")
