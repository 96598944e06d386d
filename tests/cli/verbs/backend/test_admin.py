"""``imtui admin``."""

import json
from collections.abc import Iterator

import pytest

from imtui.cli import main as cli
from tests.cli.conftest import Served
from tests.cli.rest_service import Body, Refusal, RestService, rest_service


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    with rest_service(monkeypatch) as running:
        running.commands["imtui_admin/list"] = lambda body: {
            "AdminItem": [
                {"UserID": "administrator", "Role": "full", "Since": 0},
                {"UserID": "an\x1b[31mna", "Role": "read", "Since": 1_700_000_000_000},
            ]
        }
        yield running


def test_admins_are_added_listed_and_removed_and_a_role_holds(served: Served) -> None:
    run, data = served.home.run, ("--data", served.data)
    added = run("admin", "add", "anna", "--role", "read", *data)
    assert (added.stdout, added.stderr) == ("anna is an admin with the role read.\n", "")
    listed = run("admin", "list", "--json", *data)
    names = [json.loads(line)["userID"] for line in listed.stdout.splitlines()]
    assert names == ["administrator", "anna"]

    as_anna = ("--rest", served.rest, "--app-id", served.app_id, "--admin", "anna")
    sig = served.user_sig("anna")
    assert run("console", "show", *as_anna, IMTUI_USERSIG=sig).returncode == 0
    refused = run("console", "set", "user_status=off", *as_anna, IMTUI_USERSIG=sig)
    assert refused.returncode == 1
    assert refused.stderr.startswith("imtui: 60010 · Your role is read.")

    removed = run("admin", "remove", "anna", *data)
    assert (removed.stdout, removed.stderr) == ("anna is no admin any more.\n", "")
    refused = run("console", "show", *as_anna, IMTUI_USERSIG=sig)
    assert refused.stderr.startswith("imtui: 60010 · ")

    log = run("console", "log", "--event", "admin", "--json", *data)
    acts = [json.loads(line) for line in log.stdout.splitlines()]
    assert [(act["userID"], act["what"], act["code"]) for act in acts] == [
        ("administrator", "imtui_admin/add", 0),
        ("anna", "imtui_console/set", 60010),
        ("administrator", "imtui_admin/remove", 0),
    ]


def test_the_list_is_a_table_without_controls(
    service: RestService, capsys: pytest.CaptureFixture[str]
) -> None:
    assert service.run("admin", "list") == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["NAME", "ROLE", "SINCE"]
    assert first.split() == ["administrator", "full"]
    assert "\x1b" not in second
    assert "2023" in second


@pytest.mark.parametrize("action", ["add", "remove"])
def test_a_refusal_is_one_line(
    service: RestService, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    def refuse(body: Body) -> Body:
        raise Refusal(70402, "anna is an account.\nChoose another name.")

    service.commands[f"imtui_admin/{action}"] = refuse
    options = ("--role", "read") if action == "add" else ()
    assert service.run("admin", action, "anna", *options) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "imtui: 70402 · anna is an account. Choose another name.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("add", "anna"),
        ("add", "--role", "read"),
        ("add", "anna", "--role", "root"),
        ("add", "an na", "--role", "read"),
        ("add", "x" * 33, "--role", "read"),
        ("remove",),
        ("remove", ""),
    ],
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    assert cli.main(["admin", *arguments]) == 2
    assert capsys.readouterr().out == ""
