"""``imtui kick``."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from imtui.sdk import IMClient, IMSDKListener
from tests.cli.conftest import Served
from tests.cli.processes import TIMEOUT
from tests.cli.rest_service import Body, Refusal, RestService, rest_service


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    with rest_service(monkeypatch) as running:
        running.commands["im_open_login_svc/kick"] = kick
        yield running


def kick(body: Body) -> Body:
    if body["UserID"] == "nobody":
        raise Refusal(70107, "There is no\nsuch account.")
    return {}


def test_each_user_is_kicked_once(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert service.run("kick", "alice", "bob", "alice") == 0

    assert service.bodies("im_open_login_svc/kick") == [{"UserID": "alice"}, {"UserID": "bob"}]
    assert capsys.readouterr() == ("2 users kicked\n", "")


def test_a_failure_does_not_stop_the_others(
    service: RestService, capsys: pytest.CaptureFixture[str]
) -> None:
    assert service.run("kick", "nobody", "bob") == 1

    out, err = capsys.readouterr()
    assert out == "1 user kicked\n"
    assert err == "imtui: nobody was not kicked: 70107 · There is no such account.\n"


def test_users_from_a_file(
    service: RestService, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("user,nick\nbob,Bob\n\ncarol\nbob\n")

    assert service.run("kick", "alice", "--from", file) == 0
    kicked = [body["UserID"] for body in service.bodies("im_open_login_svc/kick")]
    assert kicked == ["alice", "bob", "carol"]

    file.write_text("bob\nno body\n")
    assert service.run("kick", "--from", file) == 1
    assert f"{file}, line 2: userID: " in capsys.readouterr().err


def test_json(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    assert service.run("kick", "bob", "nobody", "--json") == 1

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        {"userID": "bob", "resultCode": 0, "resultInfo": ""},
        {"userID": "nobody", "resultCode": 70107, "resultInfo": "There is no\nsuch account."},
    ]


def test_an_error_about_the_admin_ends_the_command(
    service: RestService, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: Body) -> Body:
        raise Refusal(60010)

    service.commands["im_open_login_svc/kick"] = refuse

    assert service.run("kick", "alice", "bob") == 1
    assert len(service.calls) == 1
    assert capsys.readouterr() == ("", "imtui: 60010 · no\n")


@pytest.mark.parametrize("users", [[], ["no/body"]])
def test_wrong_usage(
    service: RestService, capsys: pytest.CaptureFixture[str], users: list[str]
) -> None:
    assert service.run("kick", *users) == 2
    assert service.calls == []


async def test_with_a_backend(served: Served) -> None:
    class Kicked(IMSDKListener):
        def __init__(self) -> None:
            self.event = asyncio.Event()

        def on_kicked_offline(self) -> None:
            self.event.set()

    kicked = Kicked()
    async with IMClient(served.ws, served.app_id) as client:
        client.add_im_sdk_listener(kicked)
        await client.login("alice", served.user_sig("alice"))

        done = served.home.run("kick", "alice", "nobody", "--data", served.data)

        assert (done.returncode, done.stdout) == (1, "1 user kicked\n")
        assert done.stderr == "imtui: nobody was not kicked: 70107 · There is no such account.\n"
        async with asyncio.timeout(TIMEOUT):
            await kicked.event.wait()
