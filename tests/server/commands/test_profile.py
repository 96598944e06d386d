"""``profile``: profiles by the REST API, as a connected device sees them."""

from typing import Any

import pytest

from imtui.server.node.backend import Backend
from tests.server.commands.test_rest import post
from tests.server.commands.test_sns import SOURCE, accounts, sns, values
from tests.server.wire import wire

STANDARD = {
    "Tag_Profile_IM_Nick": "Alice",
    "Tag_Profile_IM_Gender": "Gender_Type_Female",
    "Tag_Profile_IM_BirthDay": 20000229,
    "Tag_Profile_IM_Location": "0123456789abcdef",
    "Tag_Profile_IM_SelfSignature": "hello",
    "Tag_Profile_IM_AllowType": "AllowType_Type_NeedConfirm",
    "Tag_Profile_IM_Language": 7,
    "Tag_Profile_IM_Image": "https://example.org/alice.png",
    "Tag_Profile_IM_MsgSettings": 1,
    "Tag_Profile_IM_AdminForbidType": "AdminForbid_Type_SendOut",
    "Tag_Profile_IM_Level": 2**32 - 1,
    "Tag_Profile_IM_Role": 3,
}
UNSET = {
    "Tag_Profile_IM_Nick": "",
    "Tag_Profile_IM_Gender": "Gender_Type_Unknown",
    "Tag_Profile_IM_BirthDay": 0,
    "Tag_Profile_IM_Location": "",
    "Tag_Profile_IM_SelfSignature": "",
    "Tag_Profile_IM_AllowType": "AllowType_Type_AllowAny",
    "Tag_Profile_IM_Language": 0,
    "Tag_Profile_IM_Image": "",
    "Tag_Profile_IM_MsgSettings": 0,
    "Tag_Profile_IM_AdminForbidType": "AdminForbid_Type_None",
    "Tag_Profile_IM_Level": 0,
    "Tag_Profile_IM_Role": 0,
}


async def set_portrait(backend: Backend, fields: dict[str, Any], **body: Any) -> dict[str, Any]:
    """Set fields of alice's profile."""
    items = [{"Tag": tag, "Value": value} for tag, value in fields.items()]
    request = {"From_Account": "alice", "ProfileItem": items, **body}
    answer = await post(backend, "v4/profile/portrait_set", request)
    assert answer["ErrorDisplay"] == answer["ErrorInfo"]
    return answer


async def get_portraits(
    backend: Backend, user_ids: Any, tags: Any = tuple(STANDARD)
) -> dict[str, Any]:
    request = {"To_Account": user_ids, "TagList": tags}
    answer = await post(backend, "v4/profile/portrait_get", request)
    assert answer["ErrorDisplay"] == answer["ErrorInfo"]
    return answer


async def test_all_fields_are_set_and_told(backend: Backend) -> None:
    await accounts(backend, "bob")
    async with wire(backend) as alice:
        await alice.login("alice")
        custom = {"Tag_Profile_Custom_Team": "one\ntwo", "Tag_Profile_Custom_Rank": 5}
        assert (await set_portrait(backend, {**STANDARD, **custom}))["ErrorCode"] == 0
        assert (await alice.push("onSelfInfoUpdated"))["userInfo"] == {
            "userID": "alice",
            "nickName": "Alice",
            "selfSignature": "hello",
            "allowType": 1,
            "faceURL": "https://example.org/alice.png",
            "gender": 2,
            "birthday": 20000229,
            "location": "0123456789abcdef",
            "language": 7,
            "level": 2**32 - 1,
            "role": 3,
            "msgSettings": 1,
            "mayNotAdd": True,
            "customInfo": {"Team": "one\ntwo", "Rank": 5},
        }
        assert await alice.code("addFriend", userID="bob") == 30009
        tags = [*STANDARD, *custom, "Tag_Profile_Custom_Unset"]
        told = await get_portraits(backend, ["alice", "nobody", "bob", "alice"], tags)
        alice_told, nobody, bob_told = told["UserProfileItem"]
        assert values(alice_told["ProfileItem"]) == {**STANDARD, **custom}
        assert (alice_told["ResultCode"], alice_told["ResultInfo"]) == (0, "")
        assert values(bob_told["ProfileItem"]) == UNSET
        assert (nobody["To_Account"], nobody["ResultCode"]) == ("nobody", 40003)
        assert "ProfileItem" not in nobody
        assert told["Fail_Account"] == ["nobody"]
        assert (await set_portrait(backend, {**UNSET, "Tag_Profile_Custom_Team": ""}))[
            "ErrorCode"
        ] == 0
        told = await get_portraits(backend, ["alice"], tags)
        (alice_told,) = told["UserProfileItem"]
        assert values(alice_told["ProfileItem"]) == {**UNSET, "Tag_Profile_Custom_Rank": 5}
        assert "Fail_Account" not in told


async def test_friends_are_told_of_a_new_name_and_of_nothing_else(backend: Backend) -> None:
    await accounts(backend, "alice")
    async with wire(backend) as bob:
        await bob.login("bob")
        add = [{"To_Account": "bob", "AddSource": SOURCE}]
        await sns(backend, "friend_add", AddFriendItem=add)
        await set_portrait(backend, {"Tag_Profile_IM_Level": 5})
        await set_portrait(backend, {"Tag_Profile_IM_Nick": "Alice"})
        (friend,) = (await bob.push("onFriendInfoChanged"))["friendInfoList"]
        assert (friend["userID"], friend["nickName"]) == ("alice", "Alice")
        infos = await bob.call("getUsersInfo", userIDList=["alice"])
        (info,) = infos["result"]["userInfoList"]
        assert (info["nickName"], info["level"]) == ("Alice", 5)


@pytest.mark.parametrize(
    ("tag", "value", "code"),
    [
        ("Tag_Profile_IM_Nothing", "x", 40009),
        ("Tag_SNS_IM_Remark", "x", 40009),
        ("Tag_Profile_Custom_", "x", 40009),
        ("Tag_Profile_Custom_123", "x", 40009),
        ("Tag_Profile_Custom_TooLongName", "x", 40009),
        ("Tag_Profile_IM_Nick", "x" * 501, 40601),
        ("Tag_Profile_IM_SelfSignature", "é" * 251, 40601),
        ("Tag_Profile_IM_Image", "x" * 501, 40601),
        ("Tag_Profile_Custom_Test", "é" * 251, 40601),
        ("Tag_Profile_IM_Nick", "a\x00b", 40605),
        ("Tag_Profile_IM_Location", "x" * 17, 40605),
        ("Tag_Profile_IM_Gender", "Female", 40605),
        ("Tag_Profile_IM_AllowType", "", 40605),
        ("Tag_Profile_IM_AdminForbidType", "AdminForbid_Type_All", 40605),
        ("Tag_Profile_IM_BirthDay", -1, 40605),
        ("Tag_Profile_IM_Level", 2**32, 40605),
        ("Tag_Profile_IM_Nick", 5, 40610),
        ("Tag_Profile_IM_Nick", None, 40610),
        ("Tag_Profile_IM_Gender", 1, 40610),
        ("Tag_Profile_IM_Role", "5", 40610),
        ("Tag_Profile_IM_Role", True, 40610),
        ("Tag_Profile_IM_Role", 5.0, 40610),
        ("Tag_Profile_Custom_Test", ["x"], 40610),
        ("Tag_Profile_Custom_Test", -1, 40610),
    ],
)
async def test_one_wrong_field_leaves_all_as_they_are(
    backend: Backend, tag: str, value: Any, code: int
) -> None:
    await accounts(backend, "alice")
    refused = await set_portrait(backend, {"Tag_Profile_IM_Language": 5, tag: value})
    assert refused["ErrorCode"] == code
    (told,) = (await get_portraits(backend, ["alice"]))["UserProfileItem"]
    assert values(told["ProfileItem"]) == UNSET


async def test_what_is_asked_wrongly_gets_its_code(backend: Backend) -> None:
    await accounts(backend, "alice")
    names = [f"u{number}" for number in range(101)]
    for user_ids, tags, code in [
        ([], list(STANDARD), 40002),
        ("alice", list(STANDARD), 40002),
        (None, list(STANDARD), 40002),
        (names, list(STANDARD), 40001),
        (["alice"], [], 40001),
        (["alice"], None, 40001),
        (["alice"], ["Tag_Profile_IM_Nick", "Tag_Profile_IM_Nothing"], 40009),
    ]:
        assert (await get_portraits(backend, user_ids, tags))["ErrorCode"] == code
    assert (await set_portrait(backend, STANDARD, From_Account="nobody"))["ErrorCode"] == 40003
    assert (await set_portrait(backend, STANDARD, From_Account=5))["ErrorCode"] == 40001
    assert (await set_portrait(backend, {}))["ErrorCode"] == 40001
    assert (await set_portrait(backend, {}, ProfileItem=[{"Tag": "x"}]))["ErrorCode"] == 40001
    letters = "abcdefghijklmnopqrstu"
    many = {f"Tag_Profile_Custom_{letter}": "x" for letter in letters}
    assert (await set_portrait(backend, many))["ErrorCode"] == 40001
    del many["Tag_Profile_Custom_u"]
    assert (await set_portrait(backend, many))["ErrorCode"] == 0
    instead = {"Tag_Profile_Custom_a": "", "Tag_Profile_Custom_u": "x"}
    assert (await set_portrait(backend, instead))["ErrorCode"] == 0
    assert (await set_portrait(backend, {"Tag_Profile_Custom_a": 1}))["ErrorCode"] == 40001
