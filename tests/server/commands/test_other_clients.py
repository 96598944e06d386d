"""A client of the field's REST API that we did not write, unmodified, beside a connected device."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tencentcloud_im.tcim_client import FriendObj, MessageObj, MessageText, TCIMClient

from imtui.server.node.backend import Backend
from tests.server.wire import wire

Call = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def admin(backend: Backend) -> Call:
    """Return a function that calls a method of the client by its name."""
    key = backend.app_key
    client = TCIMClient(
        key.sdk_app_id, key.secret_key, "administrator", f"{backend.address.rest}/v4"
    )

    async def call(method: str, *arguments: Any) -> dict[str, Any]:
        answer = await asyncio.to_thread(getattr(client, method), *arguments)
        assert answer.status_code == 200
        envelope: dict[str, Any] = answer.json()
        return envelope

    return call


async def test_accounts_are_imported_and_found(backend: Backend, admin: Call) -> None:
    imported = await admin("add_single_user", "alice", "Alice", "https://example.org/alice.png")
    assert imported == {"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0}
    found = await admin("search_user", ["alice", "nobody"])
    assert [item["AccountStatus"] for item in found["ResultItem"]] == ["Imported", "NotImported"]
    async with wire(backend) as bob:
        await bob.login("bob")
        infos = await bob.call("getUsersInfo", userIDList=["alice"])
        assert infos["result"]["userInfoList"][0]["nickName"] == "Alice"


async def test_who_is_online_is_told_with_platforms(backend: Backend, admin: Call) -> None:
    await admin("batch_add_users", ["alice", "bob"])
    async with wire(backend) as alice:
        await alice.login("alice", platform="iPhone")
        told = await admin("check_user_online", ["alice", "bob", "nobody"])
        alice_told, bob_told = told["QueryResult"]
        assert (alice_told["To_Account"], alice_told["Status"]) == ("alice", "Online")
        assert alice_told["Detail"] == [{"Platform": "iPhone", "Status": "Online"}]
        assert (bob_told["To_Account"], bob_told["Status"]) == ("bob", "Offline")
        assert told["ErrorList"] == [{"To_Account": "nobody", "ErrorCode": 70107}]


async def test_a_friend_who_is_added_appears_in_the_list(backend: Backend, admin: Call) -> None:
    await admin("batch_add_users", ["alice", "bob"])
    async with wire(backend) as alice:
        await alice.login("alice")
        added = await admin("add_friend", "alice", [FriendObj("bob", "Web", remark="Bobby")])
        assert [item["ResultCode"] for item in added["ResultItem"]] == [0]
        told = await alice.push("onFriendListAdded")
        (friend,) = told["friendInfoList"]
        assert (friend["userID"], friend["friendRemark"]) == ("bob", "Bobby")


async def test_a_message_arrives(backend: Backend, admin: Call) -> None:
    await admin("batch_add_users", ["alice", "bob"])
    async with wire(backend) as bob:
        await bob.login("bob")
        sent = await admin("send_message", MessageObj("alice", "bob", [MessageText("hello")]))
        assert sent["ErrorCode"] == 0
        (message,) = (await bob.push("onRecvNewMessage"))["messageList"]
        assert (message["sender"], message["text"]) == ("alice", "hello")


async def test_a_kick_kicks_and_the_old_user_sig_counts_no_longer(
    backend: Backend, admin: Call
) -> None:
    async with wire(backend) as alice, wire(backend) as again:
        await alice.login("alice")
        kicked = await admin("abolition_user_sig", "alice")
        assert kicked["ErrorCode"] == 0
        assert await alice.push("onKickedOffline") == {}
        assert await alice.code("getFriendList") == 6014
        unknown = await admin("abolition_user_sig", "nobody")
        assert unknown["ErrorCode"] == 70107
        assert await again.code("heartbeat") == 6014


async def test_a_wrong_key_is_refused(backend: Backend) -> None:
    client = TCIMClient(
        backend.app_key.sdk_app_id, "0" * 64, "administrator", f"{backend.address.rest}/v4"
    )
    answer = await asyncio.to_thread(client.search_user, ["alice"])
    assert answer.json()["ErrorCode"] == 70009
