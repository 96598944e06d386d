"""``imtui friend list``."""

import json
from collections.abc import Iterator

import pytest

from tests.cli.rest_service import Body, RestService, rest_service

GET = "sns/friend_get"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    with rest_service(monkeypatch) as running:
        yield running


BOB = {
    "To_Account": "bob",
    "ValueItem": [
        {"Tag": "Tag_SNS_IM_AddSource", "Value": "AddSource_Type_Console"},
        {"Tag": "Tag_SNS_IM_Remark", "Value": "Bob\nby"},
        {"Tag": "Tag_SNS_IM_Group", "Value": ["Work", "Go"]},
        {"Tag": "Tag_SNS_IM_AddTime", "Value": 1563867420},
        {"Tag": "Tag_Profile_IM_Nick", "Value": "B"},
    ],
}


@pytest.fixture
def friends(service: RestService) -> RestService:
    def get(body: Body) -> Body:
        if body["StartIndex"] == 0:
            return {"UserDataItem": [BOB], "CompleteFlag": 0, "NextStartIndex": 1}
        return {"UserDataItem": [{"To_Account": "carol"}], "CompleteFlag": 1, "NextStartIndex": 0}

    service.commands[GET] = get
    return service


def test_list(friends: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert friends.run("friend", "list", "alice") == 0

    assert capsys.readouterr().out.splitlines() == [
        "FRIEND  NICK  REMARK  GROUPS",
        "bob     B     Bob by  Work, Go",
        "carol",
    ]
    assert friends.bodies(GET) == [
        {"From_Account": "alice", "StartIndex": 0},
        {"From_Account": "alice", "StartIndex": 1},
    ]


def test_list_loads_missing_nicks(friends: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    nick = {"Tag": "Tag_Profile_IM_Nick", "Value": "Carol C."}
    portraits = {"UserProfileItem": [{"To_Account": "carol", "ProfileItem": [nick]}]}
    friends.commands["profile/portrait_get"] = lambda _: portraits
    assert friends.run("friend", "list", "alice", "--json") == 0

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["nickName"] for line in lines] == ["B", "Carol C."]
    (asked,) = friends.bodies("profile/portrait_get")
    assert asked == {"To_Account": ["carol"], "TagList": ["Tag_Profile_IM_Nick"]}


def test_list_without_nicks_if_the_service_has_none(
    service: RestService, capsys: pytest.CaptureFixture[str]
) -> None:
    service.commands[GET] = lambda _: {"UserDataItem": [{"To_Account": "carol"}]}
    assert service.run("friend", "list", "alice") == 0
    assert capsys.readouterr() == ("FRIEND  REMARK  GROUPS\ncarol\n", "")


def test_list_as_json(friends: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert friends.run("friend", "list", "alice", "--json") == 0

    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {
            "userID": "bob",
            "nickName": "B",
            "friendRemark": "Bob\nby",
            "friendGroups": ["Work", "Go"],
        },
        {"userID": "carol", "nickName": "", "friendRemark": "", "friendGroups": []},
    ]


def test_empty_list_and_repeated_page(
    service: RestService, capsys: pytest.CaptureFixture[str]
) -> None:
    service.commands[GET] = lambda _: {"UserDataItem": None, "CompleteFlag": 1}
    assert service.run("friend", "list", "alice") == 0
    assert capsys.readouterr() == ("", "")

    service.commands[GET] = lambda _: {"CompleteFlag": 0, "NextStartIndex": 0}
    assert service.run("friend", "list", "alice") == 1
    assert capsys.readouterr().err.startswith("imtui: 6001 · ")
