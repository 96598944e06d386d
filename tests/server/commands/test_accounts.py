"""An export has all that is kept of an account and nothing of others', in bounded pages."""

from typing import Any

import msgspec
import pytest

from imtui.server.commands.accounts import Export, _export
from imtui.server.node.backend import Backend
from tests.server.commands.test_rest import post
from tests.server.wire import lift_quotas, wire


async def exported(backend: Backend, user_id: str) -> list[dict[str, Any]]:
    """Return the items of all pages, each of which is small."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        body = {"UserID": user_id, "Cursor": cursor}
        page = await post(backend, "v4/imtui_account/export", body)
        assert page["ErrorCode"] == 0, page
        assert len(page["Item"]) <= 100
        assert len(page["Item"]) == 1 or len(msgspec.json.encode(page)) < 128 * 1024
        items += page["Item"]
        assert page["NextCursor"] != cursor or not cursor
        cursor = page["NextCursor"]
        if not cursor:
            return items


def of_kind(items: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [item for item in items if item["kind"] == kind]


async def test_all_that_is_kept_of_an_account_is_exported(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob, wire(backend) as carol:
        await bob.login("bob")
        await carol.login("carol")
        await alice.login("alice", instanceID="i", deviceName="laptop")
        calls: list[tuple[str, dict[str, Any]]] = [
            ("setSelfInfo", {"nickName": "Alice", "allowType": 1}),
            ("setSelfStatus", {"customStatus": "busy"}),
            ("addFriend", {"userID": "bob", "friendRemark": "Bobby"}),
            ("createFriendGroup", {"groupName": "team", "userIDList": ["bob"]}),
            ("addToBlackList", {"userIDList": ["dave"]}),
            ("subscribeUserStatus", {"userIDList": ["carol"]}),
            ("pinConversation", {"conversationID": "c2c_carol", "isPinned": True}),
            ("sendMessage", {"userID": "bob", "msgID": "m1", "text": "to bob"}),
            ("sendMessage", {"userID": "bob", "msgID": "m2", "text": "hidden"}),
            ("sendMessage", {"userID": "bob", "msgID": "m3", "text": "recalled"}),
            ("deleteMessages", {"userID": "bob", "seqList": [2]}),
            ("revokeMessage", {"userID": "bob", "msgID": "m3"}),
            ("sendMessage", {"userID": "carol", "msgID": "m4", "text": "emptied"}),
            ("deleteConversation", {"conversationID": "c2c_carol"}),
        ]
        await post(backend, "v4/im_open_login_svc/account_import", {"UserID": "dave"})
        for method, params in calls:
            assert await alice.code(method, **params) == 0, method
        assert await bob.code("sendMessage", userID="alice", msgID="m5", text="to alice") == 0
        assert await carol.code("addFriend", userID="alice", addWording="Hi") == 30539
        assert await carol.code("subscribeUserStatus", userIDList=["alice"]) == 0
        assert await carol.code("sendMessage", userID="bob", msgID="m6", text="not hers") == 0
        items = await exported(backend, "alice")
    (account,) = of_kind(items, "account")
    assert (account["userID"], account["statusType"]) == ("alice", 1)
    assert account["customStatuses"] == [{"text": "busy", "expiresAt": None}]
    (profile,) = of_kind(items, "profile")
    assert profile["nickName"] == "Alice"
    (device,) = of_kind(items, "device")
    assert (device["instanceID"], device["deviceName"]) == ("i", "laptop")
    (friend,) = of_kind(items, "friend")
    assert (friend["userID"], friend["friendRemark"], friend["groups"]) == (
        "bob",
        "Bobby",
        ["team"],
    )
    assert [item["userID"] for item in of_kind(items, "friendOf")] == ["bob"]
    assert [item["userIDList"] for item in of_kind(items, "friendGroup")] == [["bob"]]
    (request,) = of_kind(items, "friendRequest")
    assert (request["from"], request["to"], request["addWording"]) == ("carol", "alice", "Hi")
    assert [item["userID"] for item in of_kind(items, "blocked")] == ["dave"]
    assert [item["userID"] for item in of_kind(items, "subscription")] == ["carol"]
    assert [item["userID"] for item in of_kind(items, "subscriber")] == ["carol"]
    conversations = {item["conversationID"]: item for item in of_kind(items, "conversation")}
    assert conversations.keys() == {"c2c_bob", "c2c_carol"}
    assert conversations["c2c_bob"]["unreadCount"] == 1
    messages = of_kind(items, "message")
    assert [item["msgID"] for item in messages] == ["m5", "m3", "m1"]
    text = str(items)
    assert not [one for one in ("hidden", "recalled", "emptied", "not hers") if one in text]


async def test_a_large_account_comes_in_small_pages(backend: Backend) -> None:
    peers = [f"u{number:03}" for number in range(150)]
    for start in range(0, 150, 100):
        body = {"Accounts": peers[start : start + 100]}
        await post(backend, "v4/im_open_login_svc/multiaccount_import", body)
    await lift_quotas(backend)
    async with wire(backend) as alice:
        await alice.login("alice")
        sent = []
        for number in range(350):
            name, peer = f"m{number}", peers[0] if number < 250 else peers[number - 250]
            text = "x" * (4_000 if number % 3 else 10)
            assert await alice.code("sendMessage", userID=peer, msgID=name, text=text) == 0
            sent.append(name)
        assert await alice.code("setC2CReceiveMessageOpt", userIDList=peers[:30], opt=2) == 0
        items = await exported(backend, "alice")
    assert sorted(item["msgID"] for item in of_kind(items, "message")) == sorted(sent)
    assert len(of_kind(items, "conversation")) == 100


async def test_an_account_of_which_hardly_anything_is_kept_is_exported(backend: Backend) -> None:
    await post(backend, "v4/im_open_login_svc/account_import", {"UserID": "alice"})
    assert [item["kind"] for item in await exported(backend, "alice")] == ["account", "profile"]


async def test_an_unknown_account_and_a_wrong_cursor_are_refused(backend: Backend) -> None:
    async def code(cursor: str, user_id: str = "alice") -> int:
        body = {"UserID": user_id, "Cursor": cursor}
        refused = await post(backend, "v4/imtui_account/export", body)
        return int(refused["ErrorCode"])

    await post(backend, "v4/im_open_login_svc/account_import", {"UserID": "alice"})
    assert await code("", "nobody") == 70107
    for cursor in ("x", "1.friend", "1.nothing.0", "99.friend.0", "1.friend.-1", "1.friend.0\n"):
        assert await code(cursor) == 70402, cursor
    # Whoever has the ID then is another account.
    key = backend.core.core.admin(backend.config.clock()).acting_for("alice")
    call: Any = type("Call", (), {"acting_for": lambda self, user_id: key})()
    cursor = f"{_account_key(_export(call, Export('alice')))}.friend.0"
    assert await code(cursor) == 0
    await post(
        backend, "v4/im_open_login_svc/account_delete", {"DeleteItem": [{"UserID": "alice"}]}
    )
    assert await code(cursor) == 70107
    await post(backend, "v4/im_open_login_svc/account_import", {"UserID": "alice"})
    assert await code(cursor) == 70402


def _account_key(page: Any) -> str:
    key: str = page.next_cursor.partition(".")[0]
    return key


@pytest.mark.parametrize("user_id", ["alice", "nobody"])
async def test_an_export_is_an_act_of_an_admin(backend: Backend, user_id: str) -> None:
    await post(backend, "v4/im_open_login_svc/account_import", {"UserID": "alice"})
    await post(backend, "v4/imtui_account/export", {"UserID": user_id})
    lines = (backend.config.data_dir / "audit.jsonl").read_text().splitlines()
    last = msgspec.json.decode(lines[-1])
    assert (last["kind"], last["identifier"]) == ("admin", "administrator")
    assert last["what"] == "imtui_account/export"
