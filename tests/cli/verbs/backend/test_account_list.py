"""``imtui account list``."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.rest_service import Body, RestService, rest_service

ACCOUNTS = "imtui_console/accounts"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    with rest_service(monkeypatch) as running:
        yield running


def account(user: str, **more: Any) -> Body:
    return {"UserID": user, "Status": "OFFLINE", "CustomStatus": "", "Since": 0, **more}


ALICE = account(
    "alice",
    Status="ONLINE",
    CustomStatus="会議中\x1b[31m",
    Nick="Al",
    Since=5,
    Devices=[
        {"InstanceID": "i1", "DeviceName": "laptop", "Platform": "Linux", "LoginTime": 7},
        {"InstanceID": "i2", "DeviceName": "", "Platform": "iPhone", "LoginTime": 8},
    ],
)


def paged(pages: list[list[Body]]) -> Any:
    def answer(body: Body) -> Body:
        at = int(body["Cursor"] or 0)
        after = str(at + 1) if at + 1 < len(pages) else ""
        return {"AccountItem": pages[at], "NextCursor": after, "Total": 3}

    return answer


def test_list_prints_a_table_of_all_pages(
    service: RestService, capsys: pytest.CaptureFixture[str]
) -> None:
    service.commands[ACCOUNTS] = paged([[ALICE], [account("bo")], []])

    assert service.run("account", "list", "--prefix", "x") == 0

    assert capsys.readouterr().out.splitlines() == [
        "USER   NICK  STATUS   TEXT         DEVICES",
        "alice  Al    ONLINE   会議中\ufffd[31m  laptop (Linux), iPhone",
        "bo           OFFLINE",
    ]
    assert service.bodies(ACCOUNTS)[1] == {"Prefix": "x", "Cursor": "1", "MaxCnt": 500}


def test_list_as_json(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    service.commands[ACCOUNTS] = paged([[ALICE], [account("bo", Status="Strange")]])

    assert service.run("account", "list", "--json") == 0

    out = capsys.readouterr().out
    assert out.isascii()
    first, second = map(json.loads, out.splitlines())
    assert first == {
        "userID": "alice",
        "statusType": 1,
        "status": "ONLINE",
        "customStatus": "会議中\x1b[31m",
        "since": 5,
        "nickName": "Al",
        "devices": [
            {"instanceID": "i1", "deviceName": "laptop", "platform": "Linux", "loginTime": 7},
            {"instanceID": "i2", "deviceName": "", "platform": "iPhone", "loginTime": 8},
        ],
    }
    assert (second["userID"], second["statusType"], second["devices"]) == ("bo", 0, [])


def test_list_with_a_limit(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    pages = [[account("a"), account("b")], [account("c"), account("d")], [account("e")]]
    service.commands[ACCOUNTS] = paged(pages)

    assert service.run("account", "list", "--limit", 3, "--json") == 0

    users = [json.loads(line)["userID"] for line in capsys.readouterr().out.splitlines()]
    assert users == ["a", "b", "c"]
    assert [body["MaxCnt"] for body in service.bodies(ACCOUNTS)] == [3, 1]


def test_empty_list(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    service.commands[ACCOUNTS] = paged([[]])

    assert service.run("account", "list") == 0
    assert capsys.readouterr() == ("", "")


def test_a_repeated_page_is_an_error(
    service: RestService, capsys: pytest.CaptureFixture[str]
) -> None:
    service.commands[ACCOUNTS] = lambda _: {"AccountItem": [], "NextCursor": "same"}

    assert service.run("account", "list") == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("imtui: 6001 · ")


def test_a_service_without_a_list(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert service.run("account", "list") == 1

    assert capsys.readouterr() == (
        "",
        "imtui: This backend does not list accounts (60009 · There is no such command.).\n",
    )
