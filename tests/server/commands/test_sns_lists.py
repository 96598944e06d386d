"""``sns``: blocklists and friend groups, as a connected device sees them."""

from typing import Any

import pytest

from imtui.server.node.backend import Backend
from tests.server.commands.test_sns import SOURCE, accounts, codes, friends_of, sns
from tests.server.wire import wire

GET = {"StartIndex": 0, "MaxLimited": 1000, "LastSequence": 0}


async def befriend(backend: Backend, *names: str) -> None:
    add = [{"To_Account": name, "AddSource": SOURCE} for name in names]
    added = await sns(backend, "friend_add", AddFriendItem=add, ForceAddFlags=1)
    assert set(codes(added).values()) == {0}


async def test_whoever_is_blocked_is_no_friend_any_more(backend: Backend) -> None:
    await accounts(backend, "carol")
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await befriend(backend, "bob")
        before = (await sns(backend, "black_list_get", **GET))["CurruentSequence"]
        blocked = await sns(
            backend, "black_list_add", To_Account=["bob", "carol", "alice", "nobody", "bob"]
        )
        assert codes(blocked) == {"bob": 0, "carol": 0, "alice": 30001, "nobody": 30003}
        assert (await alice.push("onBlackListAdded"))["userIDList"] == ["bob", "carol"]
        assert (await alice.push("onFriendListDeleted"))["userIDList"] == ["bob"]
        assert (await bob.push("onFriendListDeleted"))["userIDList"] == ["alice"]
        assert await bob.code("addFriend", userID="alice") == 30525
        told = await sns(backend, "black_list_get", **GET)
        assert [item["To_Account"] for item in told["BlackListItem"]] == ["bob", "carol"]
        assert told["StartIndex"] == 0
        assert told["CurruentSequence"] > before
        since = {item["AddBlackTimeStamp"] for item in told["BlackListItem"]}
        assert all(isinstance(second, int) and second > 1_700_000_000 for second in since)
        again = await sns(backend, "black_list_add", To_Account=["bob"])
        assert codes(again) == {"bob": 0}
        freed = await sns(backend, "black_list_delete", To_Account=["bob", "nobody"])
        assert codes(freed) == {"bob": 0, "nobody": 30003}
        assert (await alice.push("onBlackListDeleted"))["userIDList"] == ["bob"]
        assert (await alice.call("getBlackList"))["result"]["userIDList"] == ["carol"]


async def test_a_blocklist_is_full_at_a_thousand_and_told_in_parts(backend: Backend) -> None:
    names = [f"u{number:04}" for number in range(1001)]
    await accounts(backend, "alice", *names)
    first = await sns(backend, "black_list_add", To_Account=names[:999])
    assert set(codes(first).values()) == {0}
    rest = await sns(backend, "black_list_add", To_Account=[*names[998:], "nobody"])
    assert codes(rest) == {"u0998": 0, "u0999": 0, "u1000": 30013, "nobody": 30003}
    told, start = [], 0
    while True:
        part = {"StartIndex": start, "MaxLimited": 400, "LastSequence": 0}
        page = await sns(backend, "black_list_get", **part)
        told += [item["To_Account"] for item in page["BlackListItem"]]
        start = page["StartIndex"]
        if not start:
            break
    assert told == names[:1000]


async def test_who_blocks_whom_is_told(backend: Backend) -> None:
    await accounts(backend, "alice", "bob", "carol", "dave", "erin")
    await sns(backend, "black_list_add", To_Account=["bob", "carol"])
    for name in ("bob", "dave"):
        await sns(backend, "black_list_add", From_Account=name, To_Account=["alice"])
    asked = ["bob", "carol", "dave", "erin", "nobody"]
    for kind, relations in {
        "Single": ["AWithB", "AWithB", "NO", "NO", "NO"],
        "Both": ["BothWay", "AWithB", "BWithA", "NO", "NO"],
    }.items():
        check = {"To_Account": asked, "CheckType": f"BlackCheckResult_Type_{kind}"}
        told = await sns(backend, "black_list_check", **check)
        assert [item["Relation"] for item in told["BlackListCheckItem"]] == [
            f"BlackCheckResult_Type_{relation}" for relation in relations
        ]
        assert codes(told, "BlackListCheckItem") == {**dict.fromkeys(asked, 0), "nobody": 30003}


async def test_groups_are_made_and_deleted_for_connected_devices(backend: Backend) -> None:
    await accounts(backend, "bob", "carol")
    async with wire(backend) as alice:
        await alice.login("alice")
        await befriend(backend, "bob")
        made = await sns(
            backend, "group_add", GroupName=["Work", "Choir"], To_Account=["bob", "carol", "nobody"]
        )
        assert codes(made) == {"bob": 0, "carol": 32216, "nobody": 30003}
        assert await alice.push("onFriendGroupCreated") == {
            "groupName": "Work",
            "userIDList": ["bob"],
        }
        assert (await friends_of(alice))["bob"]["friendGroups"] == ["Choir", "Work"]
        empty = await sns(backend, "group_add", GroupName="Empty", To_Account=None)
        assert "ResultItem" not in empty
        assert empty["CurrentSequence"] > made["CurrentSequence"]
        told = await sns(backend, "group_get")
        assert told["ResultItem"] == [
            {"GroupName": "Work", "FriendNumber": 1},
            {"GroupName": "Choir", "FriendNumber": 1},
            {"GroupName": "Empty", "FriendNumber": 0},
        ]
        assert told["CurrentSequence"] == empty["CurrentSequence"]
        with_friends = {"NeedFriend": "Need_Friend_Type_Yes", "GroupName": ["Empty", "Work", "No"]}
        told = await sns(backend, "group_get", **with_friends)
        assert told["ResultItem"] == [
            {"GroupName": "Work", "FriendNumber": 1, "To_Account": ["bob"]},
            {"GroupName": "Empty", "FriendNumber": 0, "To_Account": []},
        ]
        # A group that is there takes the friends too.
        await befriend(backend, "carol")
        await sns(backend, "group_add", GroupName=["Work"], To_Account=["bob", "carol"])
        grouped = await alice.push("onFriendsAddedToGroup")
        assert grouped == {"groupName": "Work", "userIDList": ["carol"]}
        gone = await sns(backend, "group_delete", GroupName=["Work", "Empty", "No"])
        assert gone["CurrentSequence"] > told["CurrentSequence"]
        deleted = await alice.push("onFriendGroupDeleted")
        assert deleted["groupNameList"] == ["Work", "Empty"]
        assert (await friends_of(alice))["bob"]["friendGroups"] == ["Choir"]


async def test_groups_beyond_32_are_refused_together(backend: Backend) -> None:
    await accounts(backend, "alice")
    names = [f"g{number}" for number in range(32)]
    assert (await sns(backend, "group_add", GroupName=names[:31]))["ErrorCode"] == 0
    refused = await sns(backend, "group_add", GroupName=["one", "two"])
    assert refused["ErrorCode"] == 30011
    assert (await sns(backend, "group_add", GroupName=names))["ErrorCode"] == 0
    told = await sns(backend, "group_get")
    assert [item["GroupName"] for item in told["ResultItem"]] == names


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("black_list_add", {"To_Account": []}),
        ("black_list_add", {"To_Account": "bob"}),
        ("black_list_add", {"To_Account": [f"u{number}" for number in range(1001)]}),
        ("black_list_delete", {}),
        ("black_list_get", {}),
        ("black_list_get", {**GET, "StartIndex": -1}),
        ("black_list_get", {**GET, "MaxLimited": 0}),
        ("black_list_get", {**GET, "MaxLimited": 1001}),
        ("black_list_check", {"To_Account": ["bob"]}),
        ("black_list_check", {"To_Account": ["bob"], "CheckType": "CheckResult_Type_Both"}),
        ("group_add", {"GroupName": []}),
        ("group_add", {"GroupName": ["Work", ""]}),
        ("group_add", {"GroupName": ["x" * 31]}),
        ("group_add", {"GroupName": [f"g{number}" for number in range(33)]}),
        ("group_add", {"GroupName": ["Work", 5]}),
        ("group_add", {"GroupName": ["Work"], "To_Account": "bob"}),
        ("group_delete", {"GroupName": []}),
        ("group_delete", {"GroupName": ["No"]}),
        ("group_get", {"NeedFriend": "Yes"}),
    ],
)
async def test_what_is_malformed_changes_nothing(
    backend: Backend, command: str, body: dict[str, Any]
) -> None:
    await accounts(backend, "alice", "bob")
    assert (await sns(backend, command, **body))["ErrorCode"] == 30001
    assert (await sns(backend, "black_list_get", **GET))["BlackListItem"] == []
    assert (await sns(backend, "group_get"))["ResultItem"] == []
