"""What clients send that were written for older versions of the field's REST API."""

from typing import Any

import msgspec
import pytest

from imtui.protocol.errors import IMError
from imtui.protocol.rest.reading import FORMER_NAME
from imtui.server.commands import COMMANDS
from imtui.server.commands.command import Command
from imtui.server.node.backend import Backend
from tests.server.commands.test_login_svc import imported, login_svc, statuses
from tests.server.commands.test_openim_messages import SEND, TEXT
from tests.server.commands.test_rest import post
from tests.server.commands.test_sns import SOURCE, accounts, codes, sns, values
from tests.server.wire import wire

RUBBISH: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 2**70, "", "x", "\x00", "\ud7ff" * 40, "null", "1"),
    *([], [None], [1], ["x"], [[]], [{}], [{"UserID": None}], {}, {"x": None}, {"UserID": 1}),
]


async def test_accounts_are_named_identifier(backend: Backend) -> None:
    assert (await login_svc(backend, "account_import", Identifier="alice"))["ErrorCode"] == 0
    mixed = [{"Identifier": "bob", "Nick": None}, {"UserID": "carol"}]
    both = await login_svc(backend, "multiaccount_import", Accounts=["dave"], AccountList=mixed)
    assert (both["ErrorCode"], both["FailAccounts"]) == (0, [])
    assert await statuses(backend, "alice", "bob", "carol", "dave") == ["Imported"] * 4
    items = [{"Identifier": "alice"}, {"Identifier": "nobody"}]
    checked = await login_svc(backend, "account_check", CheckItem=items)
    assert [one["AccountStatus"] for one in checked["ResultItem"]] == ["Imported", "NotImported"]
    async with wire(backend) as alice:
        await alice.login("alice")
        assert (await login_svc(backend, "kick", Identifier="alice"))["ErrorCode"] == 0
        assert await alice.push("onKickedOffline") == {}
    deleted = await login_svc(backend, "account_delete", DeleteItem=[{"Identifier": "dave"}])
    assert deleted["ResultItem"] == [{"UserID": "dave", "ResultCode": 0, "ResultInfo": ""}]


async def test_rubbish_as_identifier_has_the_codes_of_rubbish_as_user_id(
    backend: Backend,
) -> None:
    for value in RUBBISH:
        is_user_id = value in ("x", "null", "1")
        allowed = {
            "kick": 70107 if isinstance(value, str) else 70402,
            "account_import": 0 if is_user_id else 70402,
        }
        for command, code in allowed.items():
            former = await login_svc(backend, command, Identifier=value)
            assert former["ErrorCode"] == code, value
            assert former == await login_svc(backend, command, UserID=value)


async def test_fields_that_are_null_count_as_absent(backend: Backend) -> None:
    await imported(backend, "alice", "bob")
    element = {"MsgType": "TIMTextElem", "MsgContent": {"Text": "hello", "Data": None}}
    body = {"To_Account": "bob", "MsgRandom": 1, "MsgBody": [element], "From_Account": None}
    optional = ("MsgSeq", "MsgLifeTime", "SyncOtherMachine", "SendMsgControl", "CloudCustomData")
    async with wire(backend) as bob:
        await bob.login("bob")
        assert (await post(backend, SEND, body | dict.fromkeys(optional)))["ErrorCode"] == 0
        (message,) = (await bob.push("onRecvNewMessage"))["messageList"]
        assert (message["sender"], message["text"]) == ("administrator", "hello")
    refused = await post(backend, SEND, body | {"MsgBody": [TEXT], "MsgRandom": None})
    assert refused["ErrorCode"] == 90005


async def test_single_checks_are_spelled_as_they_were_at_first(backend: Backend) -> None:
    await accounts(backend, "alice", "bob")
    item = {"To_Account": "bob", "AddSource": SOURCE}
    await sns(backend, "friend_import", AddFriendItem=[item])
    checks = (
        ("friend_check", "CheckResult_Type", "InfoItem", "CheckResult_Type_AWithB"),
        ("black_list_check", "BlackCheckResult_Type", "BlackListCheckItem", None),
    )
    for command, kind, items, relation in checks:
        told = {
            spelling: await sns(
                backend, command, To_Account=["bob"], CheckType=f"{kind}_{spelling}"
            )
            for spelling in ("Single", "Singal", "single", "SINGAL")
        }
        assert told["Single"] == told["Singal"] == told["single"] == told["SINGAL"]
        assert told["Singal"][items][0]["Relation"] == relation or relation is None
        wrong = await sns(backend, command, To_Account=["bob"], CheckType=f"{kind}_Sing")
        assert wrong["ErrorCode"] == 30001


async def test_all_friends_are_read_in_pages(backend: Backend) -> None:
    names = [f"u{number:03}" for number in range(103)]
    await accounts(backend, "alice", *names)
    friends = [{"To_Account": name, "AddSource": SOURCE, "Remark": f"my {name}"} for name in names]
    assert set(codes(await sns(backend, "friend_import", AddFriendItem=friends)).values()) == {0}
    await login_svc(backend, "account_import", UserID="u000", Nick="Zero")
    # The field's own client for PHP sends no StartIndex.
    wish = {"TimeStamp": 0, "LastStandardSequence": 1}
    tags = ["Tag_Profile_IM_Nick", "Tag_SNS_IM_Remark"]
    page = await sns(backend, "friend_get_all", TagList=tags, **wish)
    assert [one["Info_Account"] for one in page["InfoItem"]] == names[:100]
    assert values(page["InfoItem"][0]["SnsProfileItem"]) == {
        "Tag_Profile_IM_Nick": "Zero",
        "Tag_SNS_IM_Remark": "my u000",
    }
    assert (page["NeedUpdateAll"], page["FriendNum"]) == ("GetAll_Type_YES", 103)
    assert page["TimeStampNow"] > 1_500_000_000
    assert page["CurrentStandardSequence"] > 0
    last = await sns(backend, "friend_get_all", StartIndex=page["StartIndex"], GetCount=1000)
    assert [one["Info_Account"] for one in last["InfoItem"]] == names[100:]
    assert values(last["InfoItem"][0]["SnsProfileItem"])["Tag_SNS_IM_Remark"] == "my u100"
    assert last["StartIndex"] == 0
    two = await sns(backend, "friend_get_all", StartIndex=0, GetCount=2)
    assert (len(two["InfoItem"]), two["StartIndex"]) == (2, 2)
    for body in ({"TagList": ["Tag_X"]}, {"StartIndex": -1}, {"GetCount": "2"}):
        assert (await sns(backend, "friend_get_all", **body))["ErrorCode"] == 30001
    assert (await sns(backend, "friend_get_all", From_Account="nobody"))["ErrorCode"] == 30003


def _names(command: Command) -> set[str]:
    """Return the names that the fields of a request have and had."""
    schema = msgspec.json.schema(command.request)
    return {
        name
        for part in schema["$defs"].values()
        for field, kind in part.get("properties", {}).items()
        for name in (field, kind.get(FORMER_NAME, field))
    }


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda one: one.full_name)
def test_rubbish_in_any_field_is_read_or_has_a_code_of_the_service(command: Command) -> None:
    service = command.service
    codes_of_service = {service.malformed, service.not_json, *command.fields.values()}
    names = _names(command)
    refusals = 0
    for rubbish in RUBBISH:
        for body in (rubbish, dict.fromkeys(names, rubbish), *({name: rubbish} for name in names)):
            try:
                command.read(msgspec.json.encode(body))
            except IMError as error:
                assert error.code in codes_of_service
                refusals += 1
    assert refusals > 0
