"""``sns``: friends by the REST API, as a connected device sees them."""

from typing import Any

import pytest

from imtui.server.commands.rest import Rest
from imtui.server.node.backend import Backend
from tests.server.commands.test_login_svc import fresh_sig, statuses
from tests.server.commands.test_rest import post
from tests.server.wire import Wire, wire

SOURCE = "AddSource_Type_Import"


async def sns(backend: Backend, command: str, **body: Any) -> dict[str, Any]:
    """Call a command for alice unless told otherwise."""
    answer = await post(backend, f"v4/sns/{command}", {"From_Account": "alice", **body})
    assert answer["ErrorDisplay"] == answer["ErrorInfo"]
    return answer


async def accounts(backend: Backend, *names: str) -> None:
    for start in range(0, len(names), 100):
        body = {"Accounts": names[start : start + 100]}
        imported = await post(backend, "v4/im_open_login_svc/multiaccount_import", body)
        assert imported["FailAccounts"] == []


def codes(answer: dict[str, Any], items: str = "ResultItem") -> dict[str, int]:
    """Return the code of each account; those that failed are told once more, if it is told."""
    found = {item["To_Account"]: item["ResultCode"] for item in answer[items]}
    assert all(bool(item["ResultInfo"]) is bool(item["ResultCode"]) for item in answer[items])
    if answer.get("Fail_Account") is not None:
        assert answer["Fail_Account"] == [name for name, code in found.items() if code]
    return found


async def friends_of(device: Wire) -> dict[str, dict[str, Any]]:
    answer = await device.call("getFriendList")
    return {friend["userID"]: friend for friend in answer["result"]["friendInfoList"]}


def values(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {item["Tag"]: item["Value"] for item in items}


async def test_friends_are_added_for_connected_devices(backend: Backend) -> None:
    await accounts(backend, "carol", "dave")
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await bob.call("setSelfInfo", allowType=1)
        item = {
            "To_Account": "bob",
            "AddSource": SOURCE,
            "Remark": "Bobby",
            "GroupName": "Work",
            "AddWording": "hello",
        }
        asked = await sns(backend, "friend_add", AddFriendItem=[item])
        assert codes(asked) == {"bob": 30539}
        assert asked["Fail_Account"] == ["bob"]
        request = await bob.push("onFriendApplicationListAdded")
        assert request["friendApplicationList"][0]["addWording"] == "hello"
        assert await bob.code("acceptFriendApplication", userID="alice", acceptType=0) == 0
        (noted,) = (await sns(backend, "friend_get", StartIndex=0))["UserDataItem"]
        assert values(noted["ValueItem"])["Tag_SNS_IM_AddSource"] == SOURCE
        await sns(backend, "friend_delete", To_Account=["bob"])
        await alice.push("onFriendListDeleted")
        forced = await sns(backend, "friend_add", AddFriendItem=[item], ForceAddFlags=1)
        assert codes(forced) == {"bob": 0}
        assert "Fail_Account" not in forced
        (friend,) = (await alice.push("onFriendListAdded"))["friendInfoList"]
        assert (friend["userID"], friend["friendRemark"]) == ("bob", "Bobby")
        assert friend["friendGroups"] == ["Work"]
        (friend,) = (await bob.push("onFriendListAdded"))["friendInfoList"]
        assert friend["userID"] == "alice"
        again = await sns(
            backend,
            "friend_add",
            AddType="Add_Type_Single",
            AddFriendItem=[
                item,
                {"To_Account": "carol", "AddSource": SOURCE, "GroupName": ["Work"]},
                {"To_Account": "dave", "AddSource": "Import"},
                {"To_Account": "dave"},
                {"To_Account": "dave", "AddSource": "AddSource_Type_"},
                {"To_Account": "dave", "AddSource": SOURCE, "GroupName": ["a", "b"]},
                {"To_Account": "dave", "AddSource": SOURCE, "Remark": "é" * 49},
            ],
        )
        assert codes(again) == {"bob": 0, "carol": 0, "dave": 30001}
        assert again["Fail_Account"] == ["dave"]
        assert set(await friends_of(alice)) == {"bob", "carol"}


async def test_why_a_friend_cannot_be_added(backend: Backend) -> None:
    await accounts(backend, "alice", "bob", "carol", "dave", "erin")
    await sns(backend, "black_list_add", To_Account=["carol"])
    await sns(backend, "black_list_add", From_Account="dave", To_Account=["alice"])
    deny = {"Tag": "Tag_Profile_IM_AllowType", "Value": "AllowType_Type_DenyAny"}
    body = {"From_Account": "erin", "ProfileItem": [deny]}
    await post(backend, "v4/profile/portrait_set", body)
    added = await sns(
        backend,
        "friend_add",
        AddFriendItem=[
            {"To_Account": user_id, "AddSource": SOURCE}
            for user_id in ("bob", "alice", "nobody", "no ID", "carol", "dave", "erin")
        ],
    )
    assert codes(added) == {
        "bob": 0,
        "alice": 30001,
        "nobody": 30003,
        "no ID": 30001,
        "carol": 30515,
        "dave": 30525,
        "erin": 30516,
    }


async def test_an_imported_friend_appears_with_all_that_is_noted(backend: Backend) -> None:
    await accounts(backend, "carol", "dave")
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await bob.call("setSelfInfo", allowType=2)
        await sns(backend, "black_list_add", From_Account="dave", To_Account=["alice"])
        item = {
            "To_Account": "bob",
            "Remark": "Bobby",
            "RemarkTime": 1420000001,
            "GroupName": ["Work", "Choir"],
            "AddSource": SOURCE,
            "AddWording": "hello",
            "AddTime": 1420000002,
            "CustomItem": [
                {"Tag": "Tag_SNS_Custom_Text", "Value": "one\ntwo"},
                {"Tag": "Tag_SNS_Custom_Number", "Value": 0},
            ],
        }
        imported = await sns(
            backend,
            "friend_import",
            AddFriendItem=[
                item,
                {"To_Account": "carol", "AddSource": SOURCE, "GroupName": "Work"},
                {"To_Account": "dave", "AddSource": SOURCE},
                {"To_Account": "alice", "AddSource": SOURCE},
                {"To_Account": "nobody", "AddSource": SOURCE},
            ],
        )
        assert codes(imported) == {
            "bob": 0,
            "carol": 0,
            "dave": 30525,
            "alice": 30001,
            "nobody": 30003,
        }
        # One push tells of both.
        told = (await alice.push("onFriendListAdded"))["friendInfoList"]
        assert [friend["userID"] for friend in told] == ["bob", "carol"]
        assert told[0]["friendGroups"] == ["Choir", "Work"]
        assert (await alice.push("onFriendGroupCreated"))["groupName"] == "Work"
        assert await friends_of(bob) == {}
        got = await sns(backend, "friend_get", StartIndex=0)
        assert (got["FriendNum"], got["CompleteFlag"], got["NextStartIndex"]) == (2, 1, 0)
        bob_told, carol_told = got["UserDataItem"]
        assert values(bob_told["ValueItem"]) == {
            "Tag_SNS_IM_AddSource": SOURCE,
            "Tag_SNS_IM_Remark": "Bobby",
            "Tag_SNS_IM_Group": ["Choir", "Work"],
            "Tag_SNS_IM_AddTime": 1420000002,
            "Tag_SNS_IM_AddWording": "hello",
            "Tag_SNS_Custom_Text": "one\ntwo",
            "Tag_SNS_Custom_Number": 0,
        }
        assert set(values(carol_told["ValueItem"])) == {
            "Tag_SNS_IM_AddSource",
            "Tag_SNS_IM_Group",
            "Tag_SNS_IM_AddTime",
        }
        # What is given is updated; the rest stays.
        again = {
            "To_Account": "bob",
            "AddSource": SOURCE,
            "Remark": "",
            "GroupName": None,
            "AddTime": 1420000003,
            "CustomItem": [{"Tag": "Tag_SNS_Custom_Text", "Value": ""}],
        }
        assert codes(await sns(backend, "friend_import", AddFriendItem=[again])) == {"bob": 0}
        (bob_told, _) = (await sns(backend, "friend_get", StartIndex=0))["UserDataItem"]
        noted = values(bob_told["ValueItem"])
        assert (noted["Tag_SNS_IM_Remark"], noted["Tag_SNS_IM_AddTime"]) == ("Bobby", 1420000003)
        assert noted["Tag_SNS_IM_Group"] == ["Choir", "Work"]
        assert "Tag_SNS_Custom_Text" not in noted


async def test_a_thousand_friends_are_imported_at_once_and_all_are_told(backend: Backend) -> None:
    names = [f"u{number:04}" for number in range(1000)]
    await accounts(backend, *names)
    async with wire(backend) as alice:
        await alice.login("alice")
        imported = await sns(
            backend,
            "friend_import",
            AddFriendItem=[
                {"To_Account": name, "AddSource": SOURCE, "Remark": name, "GroupName": ["All"]}
                for name in names
            ],
        )
        assert set(codes(imported).values()) == {0}
        told: list[str] = []
        while len(told) < 1000:
            added = await alice.push("onFriendListAdded")
            told += [friend["userID"] for friend in added["friendInfoList"]]
        assert told == names
        index, pages = 0, []
        while True:
            page = await sns(backend, "friend_get", StartIndex=index)
            pages += [item["To_Account"] for item in page["UserDataItem"]]
            assert page["FriendNum"] == 1000
            index = page["NextStartIndex"]
            if page["CompleteFlag"]:
                break
        assert (pages, index) == (names, 0)
        beyond = await sns(backend, "friend_get", StartIndex=5000)
        assert (beyond["UserDataItem"], beyond["CompleteFlag"]) == ([], 1)


async def test_what_is_noted_of_a_friend_is_updated_whole_or_not_at_all(backend: Backend) -> None:
    await accounts(backend, "bob", "carol")
    async with wire(backend) as alice:
        await alice.login("alice")
        item = {"To_Account": "bob", "AddSource": SOURCE, "GroupName": "Work"}
        await sns(backend, "friend_import", AddFriendItem=[item])
        await alice.push("onFriendListAdded")
        before = (await sns(backend, "friend_get", StartIndex=0))["StandardSequence"]
        updated = await sns(
            backend,
            "friend_update",
            UpdateItem=[
                {
                    "To_Account": "bob",
                    "SnsItem": [
                        {"Tag": "Tag_SNS_IM_Remark", "Value": "Bobby"},
                        {"Tag": "Tag_SNS_IM_Group", "Value": ["Choir"]},
                        {"Tag": "Tag_SNS_Custom_Test", "Value": "test"},
                    ],
                },
                {"To_Account": "carol", "SnsItem": []},
                {"To_Account": "nobody", "SnsItem": []},
            ],
        )
        assert codes(updated) == {"bob": 0, "carol": 30001, "nobody": 30003}
        (friend,) = (await alice.push("onFriendInfoChanged"))["friendInfoList"]
        assert (friend["friendRemark"], friend["friendGroups"]) == ("Bobby", ["Choir"])
        gone = await alice.push("onFriendsDeletedFromGroup")
        assert gone == {"groupName": "Work", "userIDList": ["bob"]}
        made = await alice.push("onFriendGroupCreated")
        assert made == {"groupName": "Choir", "userIDList": ["bob"]}
        bad: list[tuple[str, Any]] = [
            ("Tag_SNS_IM_Nothing", "x"),
            ("Tag_SNS_IM_Remark", 5),
            ("Tag_SNS_IM_Remark", "é" * 49),
            ("Tag_SNS_IM_Group", [5]),
            ("Tag_SNS_IM_Group", {}),
            ("Tag_SNS_IM_Group", [""]),
            ("Tag_SNS_IM_AddSource", "Android"),
            ("Tag_SNS_Custom_123", "x"),
            ("Tag_SNS_Custom_TooLongName", "x"),
            ("Tag_SNS_Custom_Test", ["x"]),
            ("Tag_SNS_Custom_Test", True),
            ("Tag_SNS_Custom_Test", "x" * 501),
        ]
        for tag, value in bad:
            items = [
                {"Tag": "Tag_SNS_IM_AddWording", "Value": "changed"},
                {"Tag": tag, "Value": value},
            ]
            update = [{"To_Account": "bob", "SnsItem": items}]
            assert codes(await sns(backend, "friend_update", UpdateItem=update)) == {"bob": 30001}
        many = {"Tag": "Tag_SNS_IM_Group", "Value": [f"g{number}" for number in range(33)]}
        update = [{"To_Account": "bob", "SnsItem": [many]}]
        assert codes(await sns(backend, "friend_update", UpdateItem=update)) == {"bob": 30011}
        after = await sns(backend, "friend_get", StartIndex=0)
        assert after["StandardSequence"] == after["CustomSequence"] > before
        noted = values(after["UserDataItem"][0]["ValueItem"])
        assert noted["Tag_SNS_Custom_Test"] == "test"
        assert "Tag_SNS_IM_AddWording" not in noted


async def test_fields_of_friends_and_of_their_profiles_are_told(backend: Backend) -> None:
    await accounts(backend, "alice", "bob", "carol")
    item = {
        "To_Account": "bob",
        "AddSource": SOURCE,
        "CustomItem": [{"Tag": "Tag_SNS_Custom_Test", "Value": "test"}],
    }
    await sns(backend, "friend_import", AddFriendItem=[item])
    nick = {"Tag": "Tag_Profile_IM_Nick", "Value": "Bob"}
    body = {"From_Account": "bob", "ProfileItem": [nick]}
    await post(backend, "v4/profile/portrait_set", body)
    tags = [
        "Tag_Profile_IM_Nick",
        "Tag_SNS_IM_Remark",
        "Tag_SNS_IM_Group",
        "Tag_SNS_Custom_Test",
        "Tag_SNS_Custom_Unset",
        "Tag_Profile_Custom_Unset",
    ]
    asked = {"To_Account": ["bob", "carol", "nobody"], "TagList": tags}
    told = await sns(backend, "friend_get_list", **asked)
    assert codes(told, "InfoItem") == {"bob": 0, "carol": 30001, "nobody": 30003}
    assert told["InfoItem"][0]["SnsProfileItem"] == [
        {"Tag": "Tag_Profile_IM_Nick", "Value": "Bob"},
        {"Tag": "Tag_SNS_IM_Remark", "Value": ""},
        {"Tag": "Tag_SNS_IM_Group", "Value": []},
        {"Tag": "Tag_SNS_Custom_Test", "Value": "test"},
    ]
    assert "SnsProfileItem" not in told["InfoItem"][1]
    for wrong in ([], ["Tag_SNS_IM_Nothing"], ["Tag_SNS_Custom_"]):
        refused = await sns(backend, "friend_get_list", To_Account=["bob"], TagList=wrong)
        assert refused["ErrorCode"] == 30001


async def test_who_has_whom_in_a_list_is_told(backend: Backend) -> None:
    await accounts(backend, "alice", "bob", "carol", "dave", "erin")
    add = [{"To_Account": name, "AddSource": SOURCE} for name in ("bob", "carol")]
    await sns(backend, "friend_import", AddFriendItem=add)
    back = [{"To_Account": "alice", "AddSource": SOURCE}]
    await sns(backend, "friend_import", From_Account="bob", AddFriendItem=back)
    await sns(backend, "friend_import", From_Account="dave", AddFriendItem=back)
    asked = ["bob", "carol", "dave", "erin", "nobody"]
    for kind, relations in {
        "Single": ["AWithB", "AWithB", "NoRelation", "NoRelation", "NoRelation"],
        "Both": ["BothWay", "AWithB", "BWithA", "NoRelation", "NoRelation"],
    }.items():
        check = {"To_Account": asked, "CheckType": f"CheckResult_Type_{kind}"}
        told = await sns(backend, "friend_check", **check)
        assert [item["Relation"] for item in told["InfoItem"]] == [
            f"CheckResult_Type_{relation}" for relation in relations
        ]
        assert codes(told, "InfoItem") == {**dict.fromkeys(asked, 0), "nobody": 30003}


async def test_deleted_friends_are_gone_from_connected_devices(backend: Backend) -> None:
    await accounts(backend, "carol", "dave")
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        add = [{"To_Account": name, "AddSource": SOURCE} for name in ("bob", "carol", "dave")]
        await sns(backend, "friend_add", AddFriendItem=add, ForceAddFlags=1)
        deleted = await sns(backend, "friend_delete", To_Account=["bob", "nobody"])
        assert codes(deleted) == {"bob": 0, "nobody": 30003}
        assert (await alice.push("onFriendListDeleted"))["userIDList"] == ["bob"]
        assert set(await friends_of(bob)) == {"alice"}
        deleted = await sns(backend, "friend_delete", To_Account=["bob", "alice", "no ID"])
        assert codes(deleted) == {"bob": 31704, "alice": 31704, "no ID": 30001}
        await sns(backend, "friend_import", AddFriendItem=add)
        both = {"To_Account": ["bob"], "DeleteType": "Delete_Type_Both"}
        assert codes(await sns(backend, "friend_delete", **both)) == {"bob": 0}
        assert (await bob.push("onFriendListDeleted"))["userIDList"] == ["alice"]
        await sns(backend, "friend_add", AddFriendItem=add[:1], ForceAddFlags=1)
        await sns(backend, "friend_delete_all", DeleteType="Delete_Type_Both")
        assert await friends_of(alice) == await friends_of(bob) == {}
        assert (await bob.push("onFriendListDeleted"))["userIDList"] == ["alice"]
        assert (await sns(backend, "friend_delete_all", DeleteType=""))["ErrorCode"] == 0


ITEM = {"To_Account": "bob", "AddSource": SOURCE}
UPDATE = {"To_Account": "bob", "SnsItem": []}


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("friend_add", {}),
        ("friend_add", {"AddFriendItem": []}),
        ("friend_add", {"AddFriendItem": [ITEM] * 1001}),
        ("friend_add", {"AddFriendItem": ["bob"]}),
        ("friend_add", {"AddFriendItem": [{"AddSource": SOURCE}]}),
        ("friend_add", {"AddFriendItem": [ITEM, {**ITEM, "Remark": 5}]}),
        ("friend_add", {"AddFriendItem": [ITEM], "AddType": "Both"}),
        ("friend_add", {"AddFriendItem": [ITEM], "ForceAddFlags": "yes"}),
        ("friend_add", {"AddFriendItem": [ITEM], "From_Account": 5}),
        ("friend_import", {"AddFriendItem": [ITEM] * 1001}),
        ("friend_import", {"AddFriendItem": [ITEM, {**ITEM, "AddTime": -1}]}),
        ("friend_import", {"AddFriendItem": [ITEM, {**ITEM, "AddTime": 2**70}]}),
        ("friend_import", {"AddFriendItem": [ITEM, {**ITEM, "CustomItem": [{"Tag": "x"}]}]}),
        ("friend_update", {"UpdateItem": []}),
        ("friend_update", {"UpdateItem": [UPDATE] * 101}),
        ("friend_update", {"UpdateItem": [{"To_Account": "bob"}]}),
        ("friend_get", {}),
        ("friend_get", {"StartIndex": -1}),
        ("friend_get_list", {"To_Account": ["bob"]}),
        ("friend_get_list", {"To_Account": [], "TagList": ["Tag_SNS_IM_Remark"]}),
        ("friend_check", {"To_Account": ["bob"]}),
        ("friend_check", {"To_Account": ["bob"], "CheckType": "Both"}),
        ("friend_check", {"To_Account": [], "CheckType": "CheckResult_Type_Both"}),
        ("friend_delete", {"To_Account": "bob"}),
        ("friend_delete", {"To_Account": [f"u{number}" for number in range(1001)]}),
        ("friend_delete", {"To_Account": ["bob"], "DeleteType": "Both"}),
        ("friend_delete_all", {"DeleteType": 1}),
    ],
)
async def test_what_is_malformed_changes_nothing(
    backend: Backend, command: str, body: dict[str, Any]
) -> None:
    await accounts(backend, "alice", "bob")
    refused = await sns(backend, command, **body)
    assert refused["ErrorCode"] == 30001
    assert (await sns(backend, "friend_get", StartIndex=0))["FriendNum"] == 0


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("friend_add", {"AddFriendItem": [ITEM]}),
        ("friend_import", {"AddFriendItem": [ITEM]}),
        ("friend_update", {"UpdateItem": [UPDATE]}),
        ("friend_get", {"StartIndex": 0}),
        ("friend_get_list", {"To_Account": ["bob"], "TagList": ["Tag_SNS_IM_Remark"]}),
        ("friend_check", {"To_Account": ["bob"], "CheckType": "CheckResult_Type_Both"}),
        ("friend_delete", {"To_Account": ["bob"]}),
        ("friend_delete_all", {}),
        ("black_list_add", {"To_Account": ["bob"]}),
        ("black_list_delete", {"To_Account": ["bob"]}),
        ("black_list_get", {"StartIndex": 0, "MaxLimited": 30, "LastSequence": 0}),
        ("black_list_check", {"To_Account": ["bob"], "CheckType": "BlackCheckResult_Type_Both"}),
        ("group_add", {"GroupName": ["Work"]}),
        ("group_delete", {"GroupName": ["Work"]}),
        ("group_get", {}),
    ],
)
async def test_nothing_is_done_for_an_unknown_account(
    backend: Backend, command: str, body: dict[str, Any]
) -> None:
    await accounts(backend, "bob")
    assert (await sns(backend, command, **body))["ErrorCode"] == 30003


async def test_an_account_that_goes_while_its_friends_are_imported_gets_no_more(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [f"u{number}" for number in range(150)]
    await accounts(backend, "alice", *users)
    checkpoint = Rest._checkpoint

    async def others(rest: Rest, address: str) -> None:
        await checkpoint(rest, address)
        body = {"DeleteItem": [{"UserID": "alice"}]}
        if await statuses(backend, "alice") == ["Imported"]:
            await post(backend, "v4/im_open_login_svc/account_delete", body)

    monkeypatch.setattr(Rest, "_checkpoint", others)
    items = [{"To_Account": user, "AddSource": SOURCE} for user in users]
    imported = await sns(backend, "friend_import", AddFriendItem=items)
    assert list(codes(imported).values()) == [0] * 100 + [30003] * 50
    async with wire(backend) as alice:
        await alice.login("alice", userSig=fresh_sig(backend, "alice", 3600, ahead=1))
        assert await friends_of(alice) == {}
